import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { AppError } from '@/server/errors/app-error.ts';

type SessionOptions = {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
  readonly scratchDir: string;
  readonly signal?: AbortSignal;
  readonly alone: Alone;
};

/** Does work that needs most of the engine's memory while no other work of that kind is done. */
type Alone = <T>(work: () => Promise<T>) => Promise<T>;

/** One connection: its temporary tables are its own and vanish with it, like its scratch folder. */
export class ColumnarSession implements AsyncDisposable {
  readonly #connection: DuckDBConnection;
  readonly #close: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly scratchDir: string;
  readonly alone: Alone;
  #names = 0;

  private constructor(options: SessionOptions) {
    this.#connection = options.connection;
    this.#close = options.close;
    this.#signal = options.signal;
    this.scratchDir = options.scratchDir;
    this.alone = options.alone;
  }

  /** Pins what depends on the machine: the zone that texts are read in, and the order of rows. */
  static async open(options: SessionOptions): Promise<ColumnarSession> {
    const session = new ColumnarSession(options);
    try {
      await session.run(`SET TimeZone = 'UTC'`);
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A name that no other object of this session has. */
  newName(stem: string): string {
    return `${stem}_${this.#names++}`;
  }

  scratchPath(name: string): string {
    return path.join(this.scratchDir, name);
  }

  async run(sql: string): Promise<void> {
    await this.rows(sql);
  }

  /**
   * Rows as JSON values: 64-bit integers, decimals and times as text, lists as arrays, maps as [{key, value}]. `values` are bound
   * to the parameters `$name`.
   */
  async rows(sql: string, values: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>[]> {
    this.#signal?.throwIfAborted();
    const interrupt = () => this.#connection.interrupt();
    this.#signal?.addEventListener('abort', interrupt, { once: true });
    try {
      const reader = await this.#connection.runAndReadAll(sql, values);
      return reader.getRowObjectsJson();
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw columnarError(error);
    } finally {
      this.#signal?.removeEventListener('abort', interrupt);
    }
  }

  /** The first row's numbers, for counts: null is 0. */
  async numbers(sql: string): Promise<Record<string, number>> {
    const [row = {}] = await this.rows(sql);
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value ?? 0)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await rm(this.scratchDir, { recursive: true, force: true });
  }
}

/** DuckDB's messages about data quote the data, so only their class is kept; the others name what is wrong. */
function columnarError(error: unknown): AppError {
  const message = error instanceof Error ? error.message : String(error);
  const kind = /^[A-Z][A-Za-z ]* Error(?=:)/.exec(message)?.[0] ?? 'Error';
  if (kind === 'Out of Memory Error') {
    return new AppError('COLUMNAR_MEMORY', 'the columnar engine reached its memory limit');
  }
  const quotesData = ['Conversion Error', 'Invalid Input Error', 'Out of Range Error', 'Constraint Error', 'Error'];
  return new AppError('COLUMNAR_FAILED', `the columnar engine failed: ${quotesData.includes(kind) ? kind : message}`);
}

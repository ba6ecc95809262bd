import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** An instance keeps a few kilobytes of each session for as long as it lives: some 10 MB a minute in a busy worker. */
const SESSIONS_PER_ENGINE = 1_000;

type EngineOptions = {
  /** Below it, each engine has a folder for memory that it spills. */
  readonly home: string;
  readonly memoryLimitMb: number;
  readonly threads: number;
  readonly sessionsPerEngine?: number;
};

/** A connection of one of the engines; closing it lets a retired engine go. */
export type EngineConnection = { readonly connection: DuckDBConnection; close(): void };

/**
 * DuckDB instances, one after the other: each serves so many sessions, and is closed when the last of them has ended. Sessions
 * share nothing but the engine's memory, so that it makes no difference to them.
 */
export class Engines implements Disposable {
  readonly #options: EngineOptions;
  readonly #alive = new Set<Engine>();
  #current: Engine;
  #renewal: Promise<Engine> | null = null;
  #made = 1;

  private constructor(options: EngineOptions, first: Engine) {
    this.#options = options;
    this.#current = first;
    this.#alive.add(first);
  }

  static async open(options: EngineOptions): Promise<Engines> {
    return new Engines(options, await openEngine(options, 0));
  }

  /** How many instances there are. */
  get size(): number {
    return this.#alive.size;
  }

  async connect(): Promise<EngineConnection> {
    const isWorn = this.#current.sessions >= (this.#options.sessionsPerEngine ?? SESSIONS_PER_ENGINE);
    const engine = isWorn ? await this.#renew() : this.#current;
    engine.sessions++;
    engine.open++;
    const leave = () => {
      engine.open--;
      this.#closeIfDone(engine);
    };
    try {
      const connection = await engine.instance.connect();
      return {
        connection,
        close: () => {
          connection.closeSync();
          leave();
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const { instance } of this.#alive) instance.closeSync();
    this.#alive.clear();
  }

  #renew(): Promise<Engine> {
    this.#renewal ??= openEngine(this.#options, this.#made++)
      .then((fresh) => {
        const worn = this.#current;
        this.#alive.add(fresh);
        this.#current = fresh;
        this.#closeIfDone(worn);
        return fresh;
      })
      .finally(() => {
        this.#renewal = null;
      });
    return this.#renewal;
  }

  #closeIfDone(engine: Engine): void {
    if (engine === this.#current || engine.open > 0 || !this.#alive.delete(engine)) return;
    engine.instance.closeSync();
  }
}

type Engine = { readonly instance: DuckDBInstance; sessions: number; open: number };

async function openEngine({ home, memoryLimitMb, threads }: EngineOptions, number: number): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryLimitMb}MB`,
    // The limit counts what is in use; these give back what was, so that the process stays near the limit.
    allocator_flush_threshold: '32MB',
    allocator_background_threads: 'true',
    temp_directory: path.join(home, `spill-${number}`),
    // No file of the network or of the user's home may change what a conversion means.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  return { instance, sessions: 0, open: 0 };
}

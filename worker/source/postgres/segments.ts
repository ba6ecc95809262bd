import type { Client } from 'pg';
import { COLUMNS_PREFIX } from '@/server/domain/column-messages.ts';
import { formatLsn, type Lsn, toLsn, ZERO_LSN } from '@/server/domain/lsn.ts';
import type { Segment } from '@/server/domain/segment.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { openSourceSession, type SourceSession } from '@/server/postgres/connect.ts';
import { sourceError } from '@/server/postgres/source-error.ts';
import { AckTracker } from '../ack-tracker.ts';
import type { ChangeSource } from '../source.ts';
import { AnnouncedTables } from './announced-tables.ts';
import type { ChangeSourceOptions } from './change-source-options.ts';
import type { StreamTable } from './growing-block.ts';
import { Handoff } from './handoff.ts';
import { type LogicalMessage, type Message, PgoutputReader, type Relation } from './pgoutput.ts';
import { checkResumePoint } from './resume-point.ts';
import { RowEncoder } from './row-encoder.ts';
import { SegmentBuilder } from './segment-builder.ts';
import { takeOverSlot } from './slot.ts';
import { streamError } from './stream-error.ts';
import { streamedFrames } from './streamed-frames.ts';
import { readToldColumns, tellsColumns } from './told-columns.ts';
import { type WalFrames, type WalFramesOptions, walFrames } from './wal-frames.ts';
import { widenXid } from './widen-xid.ts';

/** Segments that wait for the consumer; with the one being built and the one being stored, the memory bound. */
const SEGMENTS_WAITING_MAX = 2;
const CATALOG_QUERY_TIMEOUT_MS = 30_000;

/**
 * Reads a slot of PostgreSQL from the given position on. Throws SOURCE_SLOT_MISSING, SOURCE_SLOT_LOST, SOURCE_SLOT_GAP,
 * SOURCE_SLOT_BUSY, SOURCE_SERVER_CHANGED or SOURCE_PUBLICATION when the slot cannot carry on from there.
 */
export async function openChangeSource(options: ChangeSourceOptions): Promise<ChangeSource> {
  const applicationName = options.applicationName ?? captureApplicationName(options.slot);
  const catalog = await openSourceSession(options.connection, {
    applicationName: `${applicationName} catalog`,
    queryTimeoutMs: CATALOG_QUERY_TIMEOUT_MS,
  });
  let source: PostgresSource | null = null;
  try {
    const resumeEnd = await checkResumePoint(catalog.client, { ...options, database: options.connection.database });
    await takeOverSlot(catalog.client, { slot: options.slot, applicationName, signal: options.signal });
    const { rows } = await catalog.client.query<{ xid: string }>(
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid',
    );
    const told = await listenedTo(catalog.client, options);
    source = new PostgresSource(
      { ...options, told },
      { applicationName, catalog, resumeEnd, xidReference: Number(rows[0]?.xid) },
    );
    await source.start();
    return source;
  } catch (error) {
    await (source ?? catalog)[Symbol.asyncDispose]();
    throw streamError(error, options);
  }
}

/** Null when the source does not tell of its columns, and then not what it told before either. */
async function listenedTo(client: Client, { told }: ChangeSourceOptions): Promise<ChangeSourceOptions['told']> {
  if (!told || (await tellsColumns(client))) return told;
  await told.forget();
  return undefined;
}

/** The name of the session that reads a slot; whoever holds the lease may end such a session. */
export const captureApplicationName = (slot: string): string => `philotes ${slot}`.slice(0, 50);

/** A segment and the buffers that nobody needs after it. */
type Waiting = { readonly segment: Segment; readonly buffers: readonly Buffer[] };

class PostgresSource implements ChangeSource {
  readonly #options: ChangeSourceOptions;
  readonly #catalog: SourceSession;
  readonly #acks: AckTracker;
  readonly #builder: SegmentBuilder;
  readonly #encoder = new RowEncoder();
  readonly #reader: PgoutputReader;
  readonly #queue: Handoff<Waiting>;
  readonly #tables: AnnouncedTables;
  readonly #frames: WalFrames;
  #isResolving = false;
  #isSkipping = false;
  #commitLsn: Lsn = ZERO_LSN;
  #xidReference: number;
  #serverClockUs = 0n;
  #builtSinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = () => this.#queue.end();

  constructor(
    options: ChangeSourceOptions,
    at: { applicationName: string; catalog: SourceSession; resumeEnd: Lsn; xidReference: number },
  ) {
    this.#options = options;
    this.#catalog = at.catalog;
    this.#tables = new AnnouncedTables(at.catalog.client, options);
    this.#xidReference = at.xidReference;
    this.#acks = new AckTracker({
      resumeFrom: at.resumeEnd,
      nowMs: performance.now(),
      advanceIntervalMs: options.limits.advanceIntervalMs ?? 10_000,
    });
    this.#builder = new SegmentBuilder({
      segmentBytesMax: options.limits.segmentBytesMax,
      resumeFrom: options.from,
      resumeEnd: at.resumeEnd,
    });
    this.#queue = new Handoff({
      itemsMax: SEGMENTS_WAITING_MAX,
      // One that is mostly a single long row is stored before the next is read.
      bytesMax: (SEGMENTS_WAITING_MAX + 2) * options.limits.segmentBytesMax,
      bytesOf: ({ segment }) => segment.blocks.reduce((sum, block) => sum + block.bytes.length, 0),
      onFull: () => this.#frames.pause(),
      onRoom: () => this.#resume(),
    });
    this.#reader = new PgoutputReader({
      begin: (transaction) => this.#begin(transaction),
      commit: (endLsn) => this.#commit(endLsn),
      relation: (relation) => this.#relation(relation),
      insert: (message, newAt) => this.#change('insert', message, newAt),
      update: (message, newAt) => this.#change('update', message, newAt),
      delete: (message) => this.#change('delete', message, message.oldAt),
      truncate: (oids) => this.#truncate(oids),
      message: (message) => this.#message(message),
    });
    const framesOptions: WalFramesOptions = {
      connection: options.connection,
      applicationName: at.applicationName,
      slot: options.slot,
      publication: options.publication,
      startLsn: this.#acks.safe,
      messages: options.told !== undefined,
      safe: () => this.#acks.safe,
      onMessage: (bytes, start, end) => this.#reader.read(bytes, start, end),
      onKeepalive: ({ walEnd, clockUs }) => {
        this.#serverClockUs = clockUs;
        if (this.#builder.isEmpty && !this.#builder.isInTransaction) this.#acks.passed(walEnd);
      },
    };
    const { inProgress } = options;
    this.#frames = inProgress ? streamedFrames(framesOptions, inProgress) : walFrames(framesOptions);
  }

  get segments(): AsyncIterable<Segment> {
    return this.#handOver();
  }

  async *#handOver(): AsyncGenerator<Segment> {
    for await (const { segment, buffers } of this.#queue) {
      yield segment;
      this.#builder.giveBack(buffers);
    }
  }

  async start(): Promise<void> {
    const { slot, signal, limits } = this.#options;
    await this.#frames.start();
    this.#frames.ended.then(
      () => this.#queue.end(),
      (error: unknown) => this.#queue.fail(this.#failure(error)),
    );
    this.#timer = setInterval(() => this.#tick(), Math.max(10, Math.floor(limits.segmentAgeMsMax / 3)));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
    this.#options.log.info('capture stream started', { slot, from: formatLsn(this.#acks.safe) });
  }

  confirm(endLsn: Lsn): void {
    this.#acks.stored(endLsn);
    this.#frames.report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#queue.end();
    await this.#frames.close();
    await this.#catalog[Symbol.asyncDispose]();
  }

  #begin(transaction: { commitLsn: Lsn; commitTimeUs: bigint; xid: number }): void {
    this.#commitLsn = transaction.commitLsn;
    this.#isSkipping = transaction.commitLsn <= this.#options.from;
    this.#acks.began();
    this.#builder.begin(transaction);
    const xid = widenXid(transaction.xid, this.#xidReference);
    this.#xidReference = Math.max(this.#xidReference, xid);
    this.#encoder.beginTransaction({ ...transaction, xid });
  }

  #commit(endLsn: Lsn): void {
    this.#builder.end(endLsn);
    if (this.#builder.isEmpty) this.#acks.endedEmpty(endLsn);
    else if (this.#builder.isFull || this.#isAged()) this.#cut();
  }

  #change(kind: 'insert' | 'update' | 'delete', message: Message, newAt: number): void {
    const table = this.#tableOf(message.oid);
    if (!table) {
      this.#encoder.skip();
      return;
    }
    const block = this.#builder.block(table);
    const before = block.length;
    this.#encoder[kind](block, message, newAt);
    this.#grew(block.length - before);
  }

  #truncate(oids: readonly number[]): void {
    for (const oid of oids) {
      const table = this.#tableOf(oid);
      if (!table) {
        this.#encoder.skip();
        continue;
      }
      const block = this.#builder.block(table);
      const before = block.length;
      this.#encoder.truncate(block);
      this.#grew(block.length - before);
    }
  }

  /** Null for what is not ours or already durable. */
  #tableOf(oid: number): StreamTable | null {
    const table = this.#tables.get(oid);
    return this.#isSkipping ? null : table;
  }

  #grew(bytes: number): void {
    if (this.#builder.isEmpty) this.#builtSinceMs = performance.now();
    this.#builder.grew(bytes);
    if (this.#builder.isFull) this.#cut();
  }

  #relation(relation: Relation): void {
    this.#holdFor(this.#tables.announce(relation), `reading the columns of table ${relation.oid}`);
  }

  #message({ lsn, prefix, content }: LogicalMessage): void {
    const told = prefix === COLUMNS_PREFIX ? readToldColumns(content) : null;
    if (!told) return;
    const at = { ...told, commitLsn: this.#commitLsn, messageLsn: lsn };
    this.#holdFor(this.#tables.tell(at, { isKept: this.#isSkipping }), `keeping the columns of table ${told.oid}`);
  }

  /** Reading stops until it is done, as a table's columns have to be known before its rows; what follows waits in the socket. */
  #holdFor(work: Promise<void> | null, what: string): void {
    if (!work) return;
    this.#isResolving = true;
    this.#frames.pause();
    work.then(
      () => {
        this.#isResolving = false;
        this.#resume();
      },
      (error: unknown) => this.#queue.fail(sourceError(error, what)),
    );
  }

  #resume(): void {
    if (!this.#isResolving && !this.#queue.isFull) this.#frames.resume();
  }

  #cut(): void {
    const { segments, buffers } = this.#builder.cut();
    for (const [at, segment] of segments.entries()) this.#offer(segment, at === segments.length - 1 ? buffers : []);
  }

  #offer(segment: Segment, buffers: readonly Buffer[] = []): void {
    if (segment.complete)
      this.#acks.offered({ endLsn: segment.endLsn, isInTransaction: this.#builder.isInTransaction });
    this.#queue.push({ segment, buffers });
  }

  #tick(): void {
    if (this.#builder.isInTransaction) return;
    if (!this.#builder.isEmpty) {
      if (this.#isAged()) this.#cut();
      return;
    }
    const endLsn = this.#queue.size === 0 ? this.#acks.dueAdvance(performance.now()) : null;
    if (endLsn === null) return;
    // A commit record may begin exactly at this position; only transactions before it have been passed.
    const passedLsn = toLsn(endLsn - 1n);
    this.#offer(this.#builder.advance({ toLsn: passedLsn, endLsn, commitTimeUs: this.#serverClockUs }));
  }

  /** What the server fails at while it sends transactions in progress, it may well do when they have committed. */
  #failure(error: unknown): AppError {
    const failure = streamError(error, this.#options);
    if (!this.#options.inProgress || failure.code !== 'SOURCE_FAILED') return failure;
    return new AppError('SOURCE_IN_PROGRESS', failure.message, { cause: failure.cause });
  }

  #isAged(): boolean {
    return performance.now() - this.#builtSinceMs >= this.#options.limits.segmentAgeMsMax;
  }
}

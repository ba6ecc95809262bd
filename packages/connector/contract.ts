import type { Lsn } from '../../server/domain/lsn.ts';
import type { Segment } from '../../server/domain/segment.ts';
import type { TableSchema } from '../../server/domain/table-schema.ts';

/**
 * What a kind of source has to do, so that Philotes can follow it. One connector serves any number of streams; a *stream*
 * is what one pipeline reads. Whatever keeps state on the source belongs to a stream and is named after it.
 *
 * Failures are AppErrors with a code of the SOURCE_ family: SOURCE_UNREACHABLE (nobody answers; tried again),
 * SOURCE_REFUSED (credentials or rights; waits for a person), SOURCE_SLOT_MISSING, SOURCE_SLOT_GAP and
 * SOURCE_SERVER_CHANGED (changes may be lost; the tables need a resync). Messages hold no row values and no secrets.
 */
export interface SourceConnector<Connection, Part = unknown> {
  /** Stable and lower-case, like `postgresql`. */
  readonly kind: string;
  /** Every table that the connection may see, also those that cannot be replicated, with the reason. Changes nothing. */
  discover(connection: Connection): Promise<readonly SourceTable[]>;
  /**
   * Everything that a person should know before a stream of these tables begins. Changes nothing. Throws only when the
   * source cannot be asked at all.
   */
  preflight(connection: Connection, tables: readonly TableChoice[]): Promise<readonly Finding[]>;
  /**
   * Makes the source keep the changes of these tables (by oid) for the stream, from now on, and waits until no transaction
   * is left that began without them. Safe to repeat with the same or with other tables: what the stream has not read yet
   * is kept. Throws SOURCE_BLOCKED naming who is in the way when that takes too long.
   */
  prepare(connection: Connection, options: StreamOptions & { readonly tables: readonly number[] }): Promise<void>;
  /**
   * Reads a stream on from a stored position. A reader of ours that still holds the stream is ended: call this with the
   * pipeline's lease only. Throws when the source cannot carry on from there; it never begins later without saying so.
   */
  openChanges(connection: Connection, options: OpenChangesOptions): Promise<ChangeSource>;
  /** Divides a table into parts that can be read apart, by looking at little of it. */
  planCopy(connection: Connection, options: PlanCopyOptions): Promise<CopyPlan<Part>>;
  /** Starts reading one part. */
  openPart(connection: Connection, options: OpenPartOptions<Part>): Promise<TablePart>;
  /** Takes everything of the stream off the source. Does nothing when there is nothing. */
  release(connection: Connection, options: StreamOptions): Promise<void>;
}

/** Ends when the signal aborts, as soon as possible. */
type Abortable = { readonly signal: AbortSignal };

export type StreamOptions = Abortable & {
  /** Lower-case letters, digits and underscores; at most 50 characters. */
  readonly stream: string;
};

export type SourceTable = {
  /** Its columns as they will be sent, and its key. */
  readonly schema: TableSchema;
  /** Null when nobody knows. */
  readonly rowEstimate: number | null;
  readonly bytes: number;
  readonly publishable: { readonly ok: true } | { readonly ok: false; readonly reason: string };
};

export type TableChoice = {
  readonly schema: string;
  readonly table: string;
  readonly mode: 'mirror' | 'changelog' | 'both';
};

/** One thing to know. Errors prevent the start; warnings have consequences; info explains. */
export type Finding = {
  /** Stable, for documentation and tests. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** What it is about: a setting, a role, `schema.table`. */
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
};

/** Where a stream has been stored up to. Zero and zero at the beginning. */
export type StreamPosition = {
  /** `toLsn` of the last complete segment: what comes at or before it is left out. */
  readonly from: Lsn;
  /** `endLsn` of the same segment. */
  readonly endLsn: Lsn;
};

export type OpenChangesOptions = StreamOptions & {
  readonly position: StreamPosition;
  readonly limits: {
    /** A segment is handed over when it has this many bytes or is this old, whatever comes first. */
    readonly segmentBytesMax: number;
    readonly segmentAgeMsMax: number;
    /** How often the position of an idle stream is handed over, so that the source may forget. */
    readonly advanceIntervalMs?: number;
  };
  /** The columns of a table as last stored: the stream's first rows may be older than what the source's catalog says now. */
  readonly lastSchema?: (oid: number) => Promise<TableSchema | null>;
};

/**
 * The changes of one stream in commit order, as segments of row blocks (server/domain/row-block.ts). Disposing it ends the
 * session and leaves the stream on the source.
 */
export interface ChangeSource extends AsyncDisposable {
  /**
   * Segments after the position, each change exactly once per session, and again in a later session until it is stored. A
   * transaction larger than a segment comes in several, of which only the last is `complete`. The source prepares the
   * next segment while the last is being stored, and stops reading when the consumer lags; its session stays alive
   * meanwhile. Ends when the signal aborts; throws a coded error when the stream cannot go on. Can be iterated once. A
   * segment's bytes are valid until the next one is asked for.
   */
  readonly segments: AsyncIterable<Segment>;
  /**
   * Promises that everything up to a complete segment's `endLsn` is durable here. Only then, and only up to there, may the
   * source forget. Throws RangeError for a position that no segment has offered.
   */
  confirm(endLsn: Lsn): void;
}

export type PlanCopyOptions = Abortable & {
  /** pg_class oid, or what stands for it in `SourceTable.schema`. */
  readonly oid: number;
  readonly rowsPerPart: number;
};

/** Plain data: it can be stored, and its parts can be read by other processes. */
export type CopyPlan<Part> = {
  readonly schema: TableSchema;
  /** Changes when the table is rewritten or altered; every part is refused then. */
  readonly fingerprint: string;
  /** Together they hold every possible row once. Opaque to everyone but the connector. */
  readonly parts: readonly Part[];
};

export type OpenPartOptions<Part> = StreamOptions & {
  readonly plan: Pick<CopyPlan<Part>, 'schema' | 'fingerprint'>;
  readonly part: Part;
};

/**
 * A part of a table being read under one snapshot. Disposing it ends the session, also half-way.
 *
 * How copy and stream join: a row block carries each change's transaction id, and the change is in the part's rows already
 * iff that id is visible in `snapshot`: smaller than its first number, or smaller than its second and not listed behind it.
 * A source without such ids may number its transactions in commit order and give `<next>:<next>:`.
 */
export interface TablePart extends AsyncDisposable {
  /** `<oldest running>:<next>:<running in between, joined by commas>`, decimal. */
  readonly snapshot: string;
  /**
   * Rows as PostgreSQL's COPY text: columns in the schema's order, joined by tabs, a row per line feed, `\N` for null,
   * backslash escapes. Each buffer ends at a row's end and is valid until the next one is asked for. Rows count only after
   * the last one was taken without an error: SOURCE_TABLE_CHANGED says that the table was rewritten meanwhile.
   */
  readonly bytes: AsyncIterable<Buffer>;
  /** How many rows the source says it sent; known behind the last buffer. */
  rows(): number;
}

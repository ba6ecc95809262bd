import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { bytea, counter, instant, pgLsn } from './columns.ts';
import { pipeline, pipelineTable } from './definitions.ts';

/** Data plane: how far a pipeline is, one row each. Written only under a lease. */
export const position = pgTable('position', {
  pipelineId: text('pipeline_id')
    .primaryKey()
    .references(() => pipeline.id, { onDelete: 'cascade' }),
  epoch: integer('epoch').notNull().default(1),
  /** Identity of the source cluster that the LSNs belong to. */
  systemIdentifier: text('system_identifier').notNull(),
  timeline: integer('timeline').notNull(),
  /** Commit LSN of the last transaction that is whole in the buffer: the durable tail. */
  tailLsn: pgLsn('tail_lsn').notNull(),
  /** What the slot may be confirmed to. */
  tailEndLsn: pgLsn('tail_end_lsn').notNull(),
  /** Segments up to this number are visible to commit. */
  tailSeq: counter('tail_seq'),
  tailCommitTime: instant('tail_commit_time').notNull(),
  /** Which of the rotated segment tables is written now. */
  segmentTable: integer('segment_table').notNull().default(0),
  /** Everything up to here is in the lake, or in a table's spill. */
  committedLsn: pgLsn('committed_lsn').notNull(),
  committedSeq: counter('committed_seq'),
  committedCommitTime: instant('committed_commit_time').notNull(),
  committedAt: instant('committed_at').notNull().defaultNow(),
  /** Commit time of the oldest captured segment that is not committed; meaningful while one waits. */
  waitingSince: instant('waiting_since'),
  /** The batch being committed: stored before the lake hears of it, so that a crash repeats exactly this one. */
  batchId: text('batch_id'),
  batchToSeq: bigint('batch_to_seq', { mode: 'bigint' }),
  bufferBytes: counter('buffer_bytes'),
  /** Changes that wait in the buffer. */
  bufferRows: counter('buffer_rows'),
  /** Changes stored in the buffer since the pipeline was made. */
  capturedRows: counter('captured_rows'),
  /** What the source last said of itself and of the slot, every few seconds. */
  sourceLsn: pgLsn('source_lsn'),
  slotWalStatus: text('slot_wal_status'),
  slotRetainedBytes: bigint('slot_retained_bytes', { mode: 'bigint' }),
  slotSafeBytes: bigint('slot_safe_bytes', { mode: 'bigint' }),
  slotCheckedAt: instant('slot_checked_at'),
  /** How fast the retained WAL grows, bytes per second, smoothed over minutes; what a forecast is made from. */
  slotGrowth: doublePrecision('slot_growth'),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

/** Single ownership with fencing: a write under an older token is refused. */
export const lease = pgTable(
  'lease',
  {
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipeline.id, { onDelete: 'cascade' }),
    /** capture | commit */
    role: text('role').notNull(),
    holder: text('holder').notNull(),
    token: counter('token'),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.pipelineId, table.role] })],
);

/** Schema versions that blocks refer to. */
export const tableSchema = pgTable(
  'table_schema',
  {
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipeline.id, { onDelete: 'cascade' }),
    hash: text('hash').notNull(),
    tableOid: bigint('table_oid', { mode: 'number' }).notNull(),
    /** TableSchema. */
    schema: jsonb('schema').notNull(),
    firstLsn: pgLsn('first_lsn').notNull(),
    firstSeenAt: instant('first_seen_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.pipelineId, table.hash] })],
);

/** Which columns a table has from a commit on, as an event trigger of the source told, see server/domain/column-messages.ts. */
export const toldColumns = pgTable(
  'told_columns',
  {
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipeline.id, { onDelete: 'cascade' }),
    tableOid: bigint('table_oid', { mode: 'number' }).notNull(),
    /** Commit of the transaction, and where the message stands in it. */
    lsn: pgLsn('lsn').notNull(),
    messageLsn: pgLsn('message_lsn').notNull(),
    /** [{attnum, name, typeOid, typmod}] */
    columns: jsonb('columns').notNull(),
  },
  (table) => [primaryKey({ columns: [table.pipelineId, table.tableOid, table.lsn, table.messageLsn] })],
);

/** History of the source's columns: one row for each thing that changed, as commit met it. */
export const schemaChange = pgTable(
  'schema_change',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    pipelineTableId: bigint('pipeline_table_id', { mode: 'number' })
      .notNull()
      .references(() => pipelineTable.id, { onDelete: 'cascade' }),
    epoch: integer('epoch').notNull(),
    /** Commit of the last transaction of the segment that brought the first row under the new columns. */
    lsn: pgLsn('lsn').notNull(),
    /** SchemaChangeKind, see server/domain/schema-change.ts. */
    kind: text('kind').notNull(),
    columnName: text('column_name'),
    /** The column's `pg_attribute.attnum`; null when the whole table is meant. */
    attnum: integer('attnum'),
    /** ShownColumn, or the table's name; null where there was none. */
    before: jsonb('before'),
    after: jsonb('after'),
    /** SchemaAction: what becomes of it in the lake, see server/domain/schema-policy.ts. */
    action: text('action').notNull(),
    /** SchemaAction that an approval comes to, while it waits or is ignored. */
    proposed: text('proposed'),
    /** When a person decided, and who. */
    decidedAt: instant('decided_at'),
    decidedBy: text('decided_by'),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [index('schema_change_recent').on(table.pipelineTableId, table.id.desc())],
);

/** Blocks of a table that cannot be committed yet (copying, paused, parked), moved out of the segments. */
export const spillBlock = pgTable(
  'spill_block',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    pipelineTableId: bigint('pipeline_table_id', { mode: 'number' })
      .notNull()
      .references(() => pipelineTable.id, { onDelete: 'cascade' }),
    generation: integer('generation').notNull(),
    segmentSeq: bigint('segment_seq', { mode: 'bigint' }).notNull(),
    toLsn: pgLsn('to_lsn').notNull(),
    schemaHash: text('schema_hash').notNull(),
    rows: integer('rows').notNull(),
    rawBytes: integer('raw_bytes').notNull(),
    hasUnchanged: boolean('has_unchanged').notNull(),
    hasTruncate: boolean('has_truncate').notNull(),
    /** lz4. */
    payload: bytea('payload').notNull(),
  },
  (table) => [index('spill_block_order').on(table.pipelineTableId, table.segmentSeq, table.id)],
);

/** Parts of a table copy; staged files are in no Iceberg table yet. */
export const copyChunk = pgTable(
  'copy_chunk',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    pipelineTableId: bigint('pipeline_table_id', { mode: 'number' })
      .notNull()
      .references(() => pipelineTable.id, { onDelete: 'cascade' }),
    generation: integer('generation').notNull(),
    ordinal: integer('ordinal').notNull(),
    /** ChunkRange JSON. */
    range: jsonb('range').notNull(),
    /** pending | running | done */
    state: text('state').notNull().default('pending'),
    worker: text('worker'),
    /** Grows with each worker that begins it. */
    attempt: integer('attempt').notNull().default(0),
    heartbeatAt: instant('heartbeat_at'),
    /** `pg_current_snapshot()` of the chunk's transaction. */
    snapshot: text('snapshot'),
    /** Behind the commit of every transaction that the snapshot shows. */
    snapshotLsn: pgLsn('snapshot_lsn'),
    rows: counter('rows'),
    /** Staged DataFile JSON per mode: { mirror: [], changelog: [] }. */
    files: jsonb('files'),
    endedAt: instant('ended_at'),
  },
  (table) => [unique('copy_chunk_ordinal').on(table.pipelineTableId, table.generation, table.ordinal)],
);

/** Rows that could not be carried: parked before the commit that leaves them out. */
export const deadLetter = pgTable(
  'dead_letter',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    pipelineTableId: bigint('pipeline_table_id', { mode: 'number' })
      .notNull()
      .references(() => pipelineTable.id, { onDelete: 'cascade' }),
    epoch: integer('epoch').notNull(),
    lsn: pgLsn('lsn').notNull(),
    ordinal: bigint('ordinal', { mode: 'bigint' }).notNull(),
    op: text('op').notNull(),
    columnName: text('column_name'),
    reason: text('reason').notNull(),
    schemaHash: text('schema_hash').notNull(),
    /** The row's line as in its block. */
    payload: bytea('payload').notNull(),
    /** The row's key as the source's texts, in key order; null when the table has none or the line cannot be read. */
    rowKey: jsonb('row_key').$type<readonly (string | null)[]>(),
    /** The mirror shows an older row under the key, or none; until a later change of the key, or a replay. */
    needsMirror: boolean('needs_mirror').notNull().default(true),
    /** The changelog lacks the change. */
    needsChangelog: boolean('needs_changelog').notNull().default(true),
    /** open | replay_requested | replayed | discarded | superseded */
    state: text('state').notNull().default('open'),
    /** The commit that is to carry it, stored before the lake hears of it. */
    replayBatchId: text('replay_batch_id'),
    /** The source's position behind which the replayed row was read: the stream may be further back. */
    replayedLsn: pgLsn('replayed_lsn'),
    createdAt: instant('created_at').notNull().defaultNow(),
    closedAt: instant('closed_at'),
    /** When a replay was last tried in vain; `reason` says why. */
    replayFailedAt: instant('replay_failed_at'),
  },
  (table) => [
    unique('dead_letter_position').on(table.pipelineTableId, table.epoch, table.lsn, table.ordinal),
    index('dead_letter_unsettled')
      .on(table.pipelineTableId)
      .where(sql`${table.needsMirror} or ${table.needsChangelog}`),
    // Holds all that groups are made of, so that counting them leaves the rows with their payloads alone.
    index('dead_letter_groups').on(table.pipelineTableId, table.reason, table.columnName, table.state, table.createdAt),
    // Looked at several times a second, beside letters that nobody asked for.
    index('dead_letter_to_replay').on(table.pipelineTableId).where(sql`${table.state} = 'replay_requested'`),
    index('dead_letter_open').on(table.pipelineTableId).where(sql`${table.state} in ('open', 'replay_requested')`),
  ],
);

/** Values that became null because the column's policy says so, counted when their row reached the lake. */
export const nulledValue = pgTable(
  'nulled_value',
  {
    pipelineTableId: bigint('pipeline_table_id', { mode: 'number' })
      .notNull()
      .references(() => pipelineTable.id, { onDelete: 'cascade' }),
    /** Name in the lake. */
    columnName: text('column_name').notNull(),
    count: counter('count'),
  },
  (table) => [primaryKey({ columns: [table.pipelineTableId, table.columnName] })],
);

/** History of Iceberg commits per lake table; an open row is an intent whose outcome is not known yet. */
export const lakeCommit = pgTable(
  'lake_commit',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    pipelineTableId: bigint('pipeline_table_id', { mode: 'number' })
      .notNull()
      .references(() => pipelineTable.id, { onDelete: 'cascade' }),
    /** mirror | changelog */
    mode: text('mode').notNull(),
    /** stream | copy | compaction */
    kind: text('kind').notNull(),
    batchId: text('batch_id').notNull(),
    fromLsn: pgLsn('from_lsn').notNull(),
    toLsn: pgLsn('to_lsn').notNull(),
    snapshotId: text('snapshot_id').notNull(),
    rowsAdded: counter('rows_added'),
    rowsDeleted: counter('rows_deleted'),
    bytesAdded: counter('bytes_added'),
    durationMs: integer('duration_ms').notNull(),
    committedAt: instant('committed_at').notNull().defaultNow(),
  },
  (table) => [
    index('lake_commit_recent').on(table.pipelineTableId, table.committedAt.desc()),
    index('lake_commit_time').on(table.committedAt),
  ],
);

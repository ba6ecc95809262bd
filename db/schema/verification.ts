import { sql } from 'drizzle-orm';
import { bigint, bigserial, index, integer, jsonb, pgTable, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import type { DifferenceSample, Excuses } from '@/server/domain/verification.ts';
import { counter, instant } from './columns.ts';
import { pipelineTable } from './definitions.ts';

/** A comparison of one table's mirror with its source, range by range, beside the stream. */
export const verification = pgTable(
  'verification',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    pipelineTableId: bigint('pipeline_table_id', { mode: 'number' })
      .notNull()
      .references(() => pipelineTable.id, { onDelete: 'cascade' }),
    /** waiting | running | done | cancelled | failed, see server/domain/verification.ts. */
    state: text('state').notNull().default('waiting'),
    /** Part of the table that was asked for, by its first key column: from `lower` up to but without `upper`. */
    lower: text('lower'),
    upper: text('upper'),
    /** First column of the key, whose values bound the ranges; known once it runs. */
    keyColumn: text('key_column'),
    /** Columns that are not compared, with why. */
    leftOut: jsonb('left_out').$type<readonly { column: string; reason: string }[]>().notNull().default([]),
    rowsEstimate: counter('rows_estimate'),
    requestedBy: text('requested_by').notNull(),
    worker: text('worker'),
    /** Grows with each worker that begins it. */
    attempt: integer('attempt').notNull().default(0),
    heartbeatAt: instant('heartbeat_at'),
    cancelRequestedAt: instant('cancel_requested_at'),
    repairRequestedAt: instant('repair_requested_at'),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    createdAt: instant('created_at').notNull().defaultNow(),
    beganAt: instant('began_at'),
    endedAt: instant('ended_at'),
  },
  (table) => [
    uniqueIndex('verification_open').on(table.pipelineTableId).where(sql`${table.state} in ('waiting', 'running')`),
    index('verification_recent').on(table.pipelineTableId, table.id.desc()),
  ],
);

/** One range of a verification; those that are not pending are never compared again, whatever worker goes on. */
export const verificationRange = pgTable(
  'verification_range',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    verificationId: bigint('verification_id', { mode: 'number' })
      .notNull()
      .references(() => verification.id, { onDelete: 'cascade' }),
    ordinal: integer('ordinal').notNull(),
    lower: text('lower'),
    upper: text('upper'),
    /** pending | equal | different | undecided */
    state: text('state').notNull().default('pending'),
    /** How often it was compared. */
    looks: integer('looks').notNull().default(0),
    sourceRows: counter('source_rows'),
    lakeRows: counter('lake_rows'),
    /** Sums over the rows, whatever their order, of a hash of each row's compared values. */
    sourceChecksum: text('source_checksum'),
    lakeChecksum: text('lake_checksum'),
    missing: counter('missing'),
    extra: counter('extra'),
    different: counter('different'),
    /** Rows that differed and changed between the looks. */
    unsettled: counter('unsettled'),
    excused: jsonb('excused').$type<Excuses>().notNull().default({}),
    sample: jsonb('sample').$type<DifferenceSample>(),
    reason: text('reason'),
    comparedAt: instant('compared_at'),
  },
  (table) => [unique('verification_range_ordinal').on(table.verificationId, table.ordinal)],
);

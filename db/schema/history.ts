import { bigint, bigserial, doublePrecision, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { counter, instant } from './columns.ts';
import { pipeline } from './definitions.ts';

/**
 * Figures of a pipeline over time, for charts: a row each 10 s for a day, each minute for a week, each hour for longer.
 * `at` ends the step. Counters are totals since the pipeline was made; all others are the worst value of the step.
 */
export const metricSample = pgTable(
  'metric_sample',
  {
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipeline.id, { onDelete: 'cascade' }),
    /** 10, 60 or 3600. */
    stepSeconds: integer('step_seconds').notNull(),
    at: instant('at').notNull(),
    capturedRows: counter('captured_rows'),
    committedRows: counter('committed_rows'),
    freshnessSeconds: doublePrecision('freshness_seconds').notNull(),
    lagBytes: counter('lag_bytes'),
    lagSeconds: doublePrecision('lag_seconds').notNull(),
    bufferBytes: counter('buffer_bytes'),
    bufferRows: counter('buffer_rows'),
    /** Null while nobody could ask the source. */
    walRetainedBytes: bigint('wal_retained_bytes', { mode: 'bigint' }),
    deadLettersOpen: integer('dead_letters_open').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.pipelineId, table.stepSeconds, table.at] }),
    index('metric_sample_age').on(table.stepSeconds, table.at),
  ],
);

/** The same over all pipelines, so that the overview reads few rows. Row counts are those of the step alone. */
export const overviewSample = pgTable(
  'overview_sample',
  {
    stepSeconds: integer('step_seconds').notNull(),
    at: instant('at').notNull(),
    capturedRows: counter('captured_rows'),
    committedRows: counter('committed_rows'),
    /** Null while nothing runs. */
    worstFreshnessSeconds: doublePrecision('worst_freshness_seconds'),
    mostWalRetainedBytes: bigint('most_wal_retained_bytes', { mode: 'bigint' }),
    deadLettersOpen: integer('dead_letters_open').notNull(),
  },
  (table) => [primaryKey({ columns: [table.stepSeconds, table.at] })],
);

/** What happened to a pipeline and when. Written by triggers on `pipeline` and `lease`, so that none is missed. */
export const pipelineMark = pgTable(
  'pipeline_mark',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    pipelineId: text('pipeline_id')
      .notNull()
      .references(() => pipeline.id, { onDelete: 'cascade' }),
    at: instant('at').notNull().defaultNow(),
    /** state | error | restart */
    kind: text('kind').notNull(),
    /** The new state, the error's message, or who took over. */
    text: text('text').notNull(),
    code: text('code'),
  },
  (table) => [index('pipeline_mark_recent').on(table.pipelineId, table.at)],
);

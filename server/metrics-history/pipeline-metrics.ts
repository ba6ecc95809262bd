import { z } from 'zod';
import { readMarks } from '@/db/queries/read-marks.ts';
import { readSamples } from '@/db/queries/read-samples.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { isoOf, type MetricRange, metricRange, timeAxis } from './ranges.ts';
import { gauge, rate, type Series } from './series.ts';

export const pipelineMetricsInput = z.strictObject({ id: z.string().max(100), range: metricRange.default('1h') });

export type PipelineMark = {
  readonly at: string;
  readonly kind: 'state' | 'error' | 'restart' | 'schema-change';
  /** The new state, the error's message, who took over, or which table's columns. */
  readonly text: string;
  readonly code: string | null;
};

/** A pipeline's figures over time. Every series has a value, or null, for each entry of `at` (unix seconds). */
export type PipelineMetrics = {
  readonly range: MetricRange;
  readonly from: string;
  readonly to: string;
  readonly stepSeconds: number;
  readonly at: readonly number[];
  readonly series: {
    readonly capturedRowsPerSecond: Series;
    readonly committedRowsPerSecond: Series;
    readonly freshnessSeconds: Series;
    readonly lagBytes: Series;
    readonly lagSeconds: Series;
    readonly bufferBytes: Series;
    readonly bufferRows: Series;
    readonly walRetainedBytes: Series;
    readonly deadLettersOpen: Series;
  };
  /** Oldest first. */
  readonly marks: readonly PipelineMark[];
};

const MARKS_MAX = 500;

/** Throws NOT_FOUND. */
export async function pipelineMetrics(
  { database: { pool } }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof pipelineMetricsInput>,
): Promise<PipelineMetrics> {
  authorize(actor, 'pipeline:read');
  const { id, range } = parseInput(pipelineMetricsInput, input);
  const { rowCount } = await pool.query(`select from pipeline where id = $1 and desired_state <> 'deleted'`, [id]);
  if (rowCount === 0) throw new AppError('NOT_FOUND', `there is no pipeline ${id}`);
  const axis = timeAxis(range, new Date());
  const { from, to, sampleSeconds, stepSeconds, at } = axis;
  const rows = await readSamples(pool, { pipelineId: id, stepSeconds: sampleSeconds, from, to });
  const marks = await readMarks(pool, { pipelineId: id, from, limit: MARKS_MAX });
  return {
    range,
    from: isoOf(from),
    to: isoOf(to),
    stepSeconds,
    at,
    series: {
      capturedRowsPerSecond: rate(axis, rows, (row) => row.captured_rows),
      committedRowsPerSecond: rate(axis, rows, (row) => row.committed_rows),
      freshnessSeconds: gauge(axis, rows, (row) => row.freshness_seconds),
      lagBytes: gauge(axis, rows, (row) => row.lag_bytes),
      lagSeconds: gauge(axis, rows, (row) => row.lag_seconds),
      bufferBytes: gauge(axis, rows, (row) => row.buffer_bytes),
      bufferRows: gauge(axis, rows, (row) => row.buffer_rows),
      walRetainedBytes: gauge(axis, rows, (row) => row.wal_retained_bytes),
      deadLettersOpen: gauge(axis, rows, (row) => row.dead_letters_open),
    },
    marks: marks.map((mark) => ({ ...mark, at: mark.at.toISOString() })),
  };
}

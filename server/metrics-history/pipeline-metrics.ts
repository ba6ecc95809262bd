import * as z from 'zod';
import { readMarks } from '@/db/queries/read-marks.ts';
import { readSamples } from '@/db/queries/read-samples.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import type { PipelineMetrics } from './metrics-view.ts';
import { isoOf, metricRange, timeAxis } from './ranges.ts';
import { gauge, rate } from './series.ts';

export const pipelineMetricsInput = z.strictObject({ id: resourceId, range: metricRange.default('1h') });

const MARKS_MAX = 500;

/** A pipeline's figures over time, with what happened to it. Throws NOT_FOUND. */
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

import * as z from 'zod';
import { readOverviewSamples, readRowsCopiedToday, readRowsOfToday } from '@/db/queries/read-samples.ts';
import { readWorst } from '@/db/queries/read-worst.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import type { OverviewMetrics } from './metrics-view.ts';
import { isoOf, metricRange, timeAxis } from './ranges.ts';
import { gauge, type Series, sum } from './series.ts';

export const overviewMetricsInput = z.strictObject({ range: metricRange.default('1h') });

const CHANGES_OVER_S = 60;

/** The overview's five figures, now and over time. */
export async function overviewMetrics(
  { database: { pool } }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof overviewMetricsInput>,
): Promise<OverviewMetrics> {
  authorize(actor, 'pipeline:read');
  const { range } = parseInput(overviewMetricsInput, input);
  const now = new Date();
  const axis = timeAxis(range, now);
  const { from, to, sampleSeconds, stepSeconds, at } = axis;
  const rows = await readOverviewSamples(pool, { stepSeconds: sampleSeconds, from, to });
  const today = await readRowsOfToday(pool);
  const nowSeconds = now.getTime() / 1000;
  const latest = await readOverviewSamples(pool, {
    stepSeconds: 10,
    from: nowSeconds - CHANGES_OVER_S,
    to: nowSeconds,
  });
  const perSecond = (count: (row: (typeof rows)[number]) => number): Series =>
    sum(axis, rows, count).map((total) => (total === null ? null : total / stepSeconds));
  return {
    range,
    from: isoOf(from),
    to: isoOf(to),
    stepSeconds,
    at,
    series: {
      worstFreshnessSeconds: gauge(axis, rows, (row) => row.worst_freshness_seconds),
      changesPerSecond: perSecond((row) => row.captured_rows),
      committedRowsPerSecond: perSecond((row) => row.committed_rows),
      mostWalRetainedBytes: gauge(axis, rows, (row) => row.most_wal_retained_bytes),
      deadLettersOpen: gauge(axis, rows, (row) => row.dead_letters_open),
    },
    now: {
      ...(await readWorst(pool)),
      changesPerSecond: latest.reduce((total, row) => total + row.captured_rows, 0) / CHANGES_OVER_S,
      rowsCommittedToday: [...today.values()].reduce((total, count) => total + count, 0),
      rowsCopiedToday: await readRowsCopiedToday(pool),
    },
    rowsCommittedByHour: Array.from({ length: 24 }, (_, hour) =>
      hour > now.getUTCHours() ? null : (today.get(hour) ?? 0),
    ),
  };
}

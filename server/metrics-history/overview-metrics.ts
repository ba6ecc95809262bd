import { z } from 'zod';
import { readOverviewSamples, readRowsOfToday } from '@/db/queries/read-samples.ts';
import { readWorst } from '@/db/queries/read-worst.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { isoOf, type MetricRange, metricRange, timeAxis } from './ranges.ts';
import { gauge, type Series, sum } from './series.ts';

export const overviewMetricsInput = z.strictObject({ range: metricRange.default('1h') });

type Whose = { readonly pipelineId: string; readonly pipelineName: string };

/** Figures over all pipelines that should run: now, and over time with a value or null for each entry of `at`. */
export type OverviewMetrics = {
  readonly range: MetricRange;
  readonly from: string;
  readonly to: string;
  readonly stepSeconds: number;
  /** Unix seconds. */
  readonly at: readonly number[];
  readonly series: {
    readonly worstFreshnessSeconds: Series;
    /** Captured. */
    readonly changesPerSecond: Series;
    readonly committedRowsPerSecond: Series;
    readonly mostWalRetainedBytes: Series;
    readonly deadLettersOpen: Series;
  };
  readonly now: {
    readonly worstFreshness: (Whose & { readonly seconds: number }) | null;
    /** Over the last minute. */
    readonly changesPerSecond: number;
    readonly rowsCommittedToday: number;
    readonly mostWalRetained: (Whose & { readonly bytes: number }) | null;
    readonly deadLettersOpen: number;
  };
  /** Of today (UTC), midnight first; null for hours to come. */
  readonly rowsCommittedByHour: Series;
};

const CHANGES_OVER_S = 60;

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
    },
    rowsCommittedByHour: Array.from({ length: 24 }, (_, hour) =>
      hour > now.getUTCHours() ? null : (today.get(hour) ?? 0),
    ),
  };
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { Section } from '@/components/ui/card.tsx';
import { Chart } from '@/components/ui/chart.tsx';
import type { ChartMark } from '@/components/ui/chart-types.ts';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { bytesText, rateText, secondsText } from '@/components/ui/figures.ts';
import { Segmented } from '@/components/ui/segmented.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { ChartMarks } from './chart-marks.tsx';
import type { PipelineMetrics } from './pipeline-types.ts';

const RANGES = [
  { value: '15m', label: '15 min' },
  { value: '1h', label: '1 h' },
  { value: '6h', label: '6 h' },
  { value: '24h', label: '24 h' },
  { value: '7d', label: '7 d' },
] as const;

const SECOND_MS = 1_000;
const REFRESH_SECONDS_MAX = 60;

/** Captured against committed, freshness, buffer and WAL over one shared range, under one shared cursor. */
export function PipelineCharts({ id }: { id: string }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const range = RANGES.find(({ value }) => value === url.get('range'))?.value ?? '1h';
  const metrics = useQuery(
    trpc.pipelines.metrics.queryOptions(
      { id, range },
      {
        placeholderData: (before) => before,
        // Samples are no events: a new point comes with each step.
        refetchInterval: ({ state }) => Math.min(state.data?.stepSeconds ?? 10, REFRESH_SECONDS_MAX) * SECOND_MS,
      },
    ),
  );
  return (
    <Section
      title="Over time"
      actions={
        <Segmented
          label="Time range"
          value={range}
          onChange={(next) => url.set({ range: next === '1h' ? null : next })}
          choices={RANGES}
        />
      }
    >
      {metrics.isError && <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />}
      {metrics.isPending && <ChartsSkeleton />}
      {metrics.data && <Charts metrics={metrics.data} />}
    </Section>
  );
}

function Charts({ metrics }: { metrics: PipelineMetrics }) {
  const { at, series } = metrics;
  const marks = metrics.marks.map(toChartMark);
  const shared = { at, marks, cursorKey: 'pipeline' };
  return (
    <div className="space-y-3">
      <div className="grid gap-3 lg:grid-cols-2">
        <Chart
          {...shared}
          title="Rows"
          format={rateText}
          series={[
            { name: 'Captured', color: 'captured', values: series.capturedRowsPerSecond },
            { name: 'Committed', color: 'committed', values: series.committedRowsPerSecond, fill: true },
          ]}
        />
        <Chart
          {...shared}
          title="Freshness"
          format={secondsText}
          series={[{ name: 'Freshness', color: 'freshness', values: series.freshnessSeconds }]}
        />
        <Chart
          {...shared}
          title="Buffer"
          format={bytesText}
          series={[{ name: 'Buffer', color: 'buffer', values: series.bufferBytes }]}
        />
        <Chart
          {...shared}
          title="WAL retained"
          format={bytesText}
          series={[{ name: 'WAL retained', color: 'wal', values: series.walRetainedBytes }]}
        />
      </div>
      <ChartMarks marks={metrics.marks} />
    </div>
  );
}

const TONES = { state: 'idle', error: 'attention', restart: 'copying', 'schema-change': 'accent' } as const;

const toChartMark = ({ at, kind, text }: PipelineMetrics['marks'][number]): ChartMark => ({
  at: Date.parse(at) / 1_000,
  tone: TONES[kind],
  text,
});

const ChartsSkeleton = () => (
  <div role="status" className="grid gap-3 lg:grid-cols-2">
    <span className="sr-only">Loading</span>
    {['rows', 'freshness', 'buffer', 'wal'].map((name) => (
      <div key={name} className="h-48 rounded-md border border-line bg-surface p-4">
        <Skeleton className="h-3 w-32" />
      </div>
    ))}
  </div>
);

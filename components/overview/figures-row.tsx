'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import type { PipelineSummary } from '@/components/pipeline/pipeline-types.ts';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { bytesFigure, counted, countFigure, type Figure, rateFigure, secondsFigure } from '@/components/ui/figures.ts';
import { Link } from '@/components/ui/link.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { Sparkline } from '@/components/ui/sparkline.tsx';
import { stalest } from './stalest.ts';

const REFRESH_MS = 10_000;

/**
 * The five figures that answer whether the lake is fresh, over all pipelines; each with its last hour. `pipelines` are those
 * listed below, whose freshness moves every second.
 */
export function FiguresRow({ pipelines }: { readonly pipelines: readonly PipelineSummary[] }) {
  const trpc = useTRPC();
  const metrics = useQuery(
    trpc.overview.metrics.queryOptions(
      { range: '1h' },
      { refetchInterval: REFRESH_MS, placeholderData: (before) => before },
    ),
  );
  if (metrics.isError) return <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (!metrics.data) return <FiguresSkeleton />;
  const { now, series, rowsCommittedByHour } = metrics.data;
  const worstFreshness = stalest(now.worstFreshness, pipelines);
  return (
    <dl className={GRID}>
      <Cell
        label="Worst freshness"
        figure={worstFreshness && secondsFigure(worstFreshness.seconds)}
        note={worstFreshness && <PipelineLink {...worstFreshness} />}
        spark={<Sparkline values={series.worstFreshnessSeconds} color="freshness" label="Worst freshness, last hour" />}
      />
      <Cell
        label="Changes captured"
        figure={rateFigure(now.changesPerSecond)}
        note="last minute"
        spark={<Sparkline values={series.changesPerSecond} color="committed" label="Changes per second, last hour" />}
      />
      <Cell
        label="Committed today (UTC)"
        figure={countFigure(now.rowsCommittedToday, 'row')}
        note={now.rowsCopiedToday === 0 ? 'changes' : `changes, and ${counted(now.rowsCopiedToday, 'row')} copied`}
        spark={<Sparkline values={rowsCommittedByHour} color="committed" label="Changes committed by hour, today" />}
      />
      <Cell
        label="Most WAL retained"
        figure={now.mostWalRetained && bytesFigure(now.mostWalRetained.bytes)}
        note={now.mostWalRetained && <PipelineLink {...now.mostWalRetained} />}
        spark={<Sparkline values={series.mostWalRetainedBytes} color="wal" label="Most WAL retained, last hour" />}
      />
      <Cell
        label="Open dead letters"
        figure={countFigure(now.deadLettersOpen)}
        note={
          now.deadLettersOpen === 0
            ? 'every row is carried'
            : `${now.deadLettersOpen === 1 ? 'row' : 'rows'} not carried`
        }
        spark={<Sparkline values={series.deadLettersOpen} color="attention" label="Open dead letters, last hour" />}
      />
    </dl>
  );
}

const GRID =
  'grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line md:grid-cols-3 xl:grid-cols-5 max-xl:[&>*:last-child]:max-md:col-span-2';

function Cell(props: { label: string; figure: Figure | null; note: ReactNode; spark: ReactNode }) {
  const { label, figure, note, spark } = props;
  return (
    <div className="min-w-0 bg-surface px-4 py-3">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="mt-1 flex items-end justify-between gap-3">
        <span className="whitespace-nowrap tabular-nums">
          <span className="text-2xl font-semibold tracking-tight">{figure?.value ?? '–'}</span>
          <span className="ml-1 text-sm text-muted">{figure?.unit}</span>
        </span>
        <span className="mb-1.5 shrink-0 max-sm:hidden">{spark}</span>
      </dd>
      <dd className="h-4 truncate text-xs text-muted">{note}</dd>
    </div>
  );
}

const PipelineLink = ({ pipelineId, pipelineName }: { pipelineId: string; pipelineName: string }) => (
  <Link href={`/pipelines/${pipelineId}`} className="hover:text-ink hover:underline">
    {pipelineName}
  </Link>
);

const FiguresSkeleton = () => (
  <div role="status" className={GRID}>
    <span className="sr-only">Loading</span>
    {['freshness', 'changes', 'committed', 'wal', 'letters'].map((name) => (
      <div key={name} className="h-25 bg-surface px-4 py-3">
        <Skeleton className="h-3 w-24" />
        <Skeleton className="mt-4 h-6 w-20" />
      </div>
    ))}
  </div>
);

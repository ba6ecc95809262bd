'use client';

import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge.tsx';
import { PageHeader } from '@/components/ui/card.tsx';
import { ErrorState, RecordedError } from '@/components/ui/error-state.tsx';
import { Link } from '@/components/ui/link.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { RouteTabs } from '@/components/ui/route-tabs.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { PipelineActions } from './pipeline-actions.tsx';
import type { PipelineStatus } from './pipeline-types.ts';
import { usePipeline } from './use-pipeline.ts';

/** What all tabs of a pipeline share: its name and state, what can be done, and what is wrong. */
export function PipelineFrame({ id, children }: { id: string; children: ReactNode }) {
  const query = usePipeline(id);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className="space-y-5">
      {query.data ? <Header pipeline={query.data} /> : <HeaderSkeleton />}
      <RouteTabs label="Pipeline" tabs={tabsOf(id, query.data)} />
      {query.data?.error && (
        <RecordedError
          error={query.data.error}
          actions={
            <span className="text-xs text-muted">
              Since <RelativeTime at={query.data.error.at} />
            </span>
          }
        />
      )}
      {children}
    </div>
  );
}

function Header({ pipeline }: { pipeline: PipelineStatus }) {
  return (
    <PageHeader
      title={pipeline.name}
      state={
        <span aria-live="polite">
          <StateBadge state={pipeline.state} />
        </span>
      }
      meta={
        <>
          <Link href={`/sources/${pipeline.source.id}`} className="hover:text-ink hover:underline">
            {pipeline.source.name}
          </Link>{' '}
          to{' '}
          <Link href={`/destinations/${pipeline.destination.id}`} className="hover:text-ink hover:underline">
            {pipeline.destination.name}
          </Link>
          , namespace{' '}
          <Link
            href={`/lake/${pipeline.destination.id}/${encodeURIComponent(pipeline.namespace)}`}
            className="font-mono text-xs hover:text-ink hover:underline"
          >
            {pipeline.namespace}
          </Link>
        </>
      }
      actions={<PipelineActions pipeline={pipeline} />}
    />
  );
}

const HeaderSkeleton = () => (
  <div role="status" className="flex h-13 flex-col justify-center gap-2">
    <span className="sr-only">Loading</span>
    <Skeleton className="h-5 w-48" />
    <Skeleton className="h-3 w-64" />
  </div>
);

function tabsOf(id: string, pipeline: PipelineStatus | undefined) {
  const base = `/pipelines/${id}`;
  const attention = (pipeline?.tables.needAttention ?? 0) + (pipeline?.tables.inDoubt ?? 0);
  const letters = pipeline?.deadLettersOpen ?? 0;
  return [
    { href: base, label: 'Overview' },
    { href: `${base}/tables`, label: 'Tables', mark: attention > 0 && <Badge tone="attention">{attention}</Badge> },
    { href: `${base}/commits`, label: 'Commits' },
    { href: `${base}/schema`, label: 'Schema' },
    {
      href: `${base}/dead-letters`,
      label: 'Dead letters',
      mark: letters > 0 && <Badge tone="attention">{letters}</Badge>,
    },
    { href: `${base}/configuration`, label: 'Configuration' },
    { href: `${base}/activity`, label: 'Activity' },
  ];
}

'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { readApi, shownProblem } from '@/components/ui/api.ts';
import { formatBytes, formatCount, formatSeconds } from '@/components/ui/format.ts';
import { Problem } from '@/components/ui/problem.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import type { PipelineSummary } from '@/server/pipelines/pipeline-view.ts';
import { Figure } from './figure.tsx';

const POLL_MS = 2_000;

/** All pipelines, kept up to date. */
export function PipelineList() {
  const { data, error } = useQuery({
    queryKey: ['pipelines'],
    queryFn: async () => (await readApi<{ items: PipelineSummary[] }>('/api/v1/pipelines')).items,
    refetchInterval: POLL_MS,
  });
  return (
    <>
      <div className="flex items-baseline justify-between gap-4">
        <h1 className="text-2xl font-semibold tracking-tight">Pipelines</h1>
        {data && data.length > 0 && <p className="text-sm text-muted">{overall(data)}</p>}
      </div>
      <div className="mt-6 space-y-4">
        {error && <Problem error={shownProblem(error)} />}
        {!data && !error && <Loading />}
        {data?.length === 0 && <Empty />}
        {data?.map((pipeline) => (
          <PipelineCard key={pipeline.id} pipeline={pipeline} />
        ))}
      </div>
    </>
  );
}

function PipelineCard({ pipeline }: { pipeline: PipelineSummary }) {
  const { id, name, state, source, destination, namespace, error, tables, deadLettersOpen } = pipeline;
  const isRunning = pipeline.desiredState === 'running';
  return (
    <article className="rounded-2xl border border-line bg-surface transition hover:border-faint/60">
      <Link href={`/pipelines/${id}`} className="block rounded-2xl p-4 sm:p-5">
        <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-1">
          <div className="min-w-0">
            <h2 className="truncate text-base font-semibold tracking-tight">{name}</h2>
            <p className="truncate text-sm text-muted">
              {source.name} <span aria-hidden="true">→</span> {destination.name}{' '}
              <span className="font-mono text-[13px] text-faint">{namespace}</span>
            </p>
          </div>
          <StateBadge state={state} />
        </div>
        <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-5">
          <Figure
            label="Lake is behind by"
            value={isRunning && pipeline.freshnessSeconds !== null ? formatSeconds(pipeline.freshnessSeconds) : '–'}
          />
          <Figure
            label="Waiting"
            value={pipeline.lagBytes === null ? '–' : formatBytes(pipeline.buffer.bytes)}
            note={pipeline.lagBytes === null ? null : `${formatBytes(pipeline.lagBytes)} of WAL`}
          />
          <Figure
            label="Tables live"
            value={`${tables.live} of ${tables.all}`}
            note={tables.needAttention > 0 && `${tables.needAttention} need attention`}
            tone={tables.needAttention > 0 ? 'text-bad' : 'text-ink'}
          />
          <Figure
            label="Changes committed"
            value={formatCount(pipeline.rowsCommitted)}
            note={`${formatCount(pipeline.rowsLastMinute)} in the last minute`}
          />
          <Figure
            label="Dead letters"
            value={formatCount(deadLettersOpen)}
            tone={deadLettersOpen > 0 ? 'text-warn' : 'text-ink'}
          />
        </dl>
      </Link>
      {error && (
        <div className="px-4 pb-4 sm:px-5 sm:pb-5">
          <Problem error={error} />
        </div>
      )}
    </article>
  );
}

function overall(pipelines: readonly PipelineSummary[]): string {
  const troubled = pipelines.filter(({ state }) => state === 'needs_attention').length;
  if (troubled > 0) return `${troubled} of ${pipelines.length} need attention`;
  const running = pipelines.filter(({ desiredState }) => desiredState === 'running').length;
  return `${running} of ${pipelines.length} running`;
}

function Loading() {
  return (
    <div aria-busy="true" className="space-y-4">
      <span className="sr-only">Loading pipelines</span>
      {[0, 1].map((index) => (
        <div key={index} className="h-36 motion-safe:animate-pulse rounded-2xl border border-line bg-surface" />
      ))}
    </div>
  );
}

function Empty() {
  return (
    <div className="rounded-2xl border border-dashed border-line px-6 py-14 text-center">
      <h2 className="font-semibold">No pipelines yet</h2>
      <p className="mx-auto mt-1 max-w-md text-muted">
        A pipeline keeps Iceberg tables in step with the tables of one PostgreSQL database.
      </p>
    </div>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { type Me, readApi, shownProblem } from '@/components/ui/api.ts';
import { formatBytes, formatCount, formatSeconds } from '@/components/ui/format.ts';
import { Problem } from '@/components/ui/problem.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import type { PipelineStatus } from '@/server/pipelines/pipeline-view.ts';
import { CommitList } from './commit-list.tsx';
import { DeadLetterList } from './dead-letter-list.tsx';
import { Figure } from './figure.tsx';
import { OperateButton } from './operate-button.tsx';
import { ReaderSnippets } from './reader-snippets.tsx';
import { TableList } from './table-list.tsx';

const POLL_MS = 2_000;

/** One pipeline: what it does, its tables, what it committed, what it parked, and how to read it. */
export function PipelinePage({ id }: { id: string }) {
  const status = useQuery({
    queryKey: ['pipeline', id],
    queryFn: () => readApi<PipelineStatus>(`/api/v1/pipelines/${id}/status`),
    refetchInterval: POLL_MS,
  });
  const me = useQuery({ queryKey: ['me'], queryFn: () => readApi<Me>('/api/v1/me'), staleTime: 60_000 });
  const pipeline = status.data;
  const mayOperate = me.data?.scopes.includes('pipeline:operate') ?? false;
  return (
    <>
      <Link href="/" className="text-sm text-muted hover:text-ink">
        ← Pipelines
      </Link>
      {status.error && (
        <div className="mt-4">
          <Problem error={shownProblem(status.error)} />
        </div>
      )}
      {!pipeline && !status.error && (
        <div
          aria-busy="true"
          className="mt-6 h-64 motion-safe:animate-pulse rounded-2xl border border-line bg-surface"
        />
      )}
      {pipeline && (
        <div className="mt-3 space-y-8">
          <Head pipeline={pipeline} mayOperate={mayOperate} />
          <Section title="Tables" note={`${pipeline.tables.live} of ${pipeline.tables.all} live`}>
            <TableList tables={pipeline.tableList} />
          </Section>
          <Section title="Iceberg commits" note="latest first">
            <CommitList commits={pipeline.commits} />
          </Section>
          <Section title="Dead letters" note={`${formatCount(pipeline.deadLettersOpen)} open`}>
            <DeadLetterList pipelineId={id} open={pipeline.deadLettersOpen} />
          </Section>
          <Section title="Read it" note="any Iceberg engine">
            <ReaderSnippets pipeline={pipeline} catalogUrl={me.data?.catalogUrl ?? ''} />
          </Section>
        </div>
      )}
    </>
  );
}

function Head({ pipeline, mayOperate }: { pipeline: PipelineStatus; mayOperate: boolean }) {
  const { buffer, position } = pipeline;
  const isRunning = pipeline.desiredState === 'running';
  return (
    <section className="rounded-2xl border border-line bg-surface p-4 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <h1 className="truncate text-2xl font-semibold tracking-tight">{pipeline.name}</h1>
            <StateBadge state={pipeline.state} />
          </div>
          <p className="mt-1 text-muted">
            {pipeline.source.name} → {pipeline.destination.name}{' '}
            <span className="font-mono text-[13px] text-faint">{pipeline.namespace}</span>
          </p>
        </div>
        {mayOperate && <OperateButton pipeline={pipeline} />}
      </div>
      {pipeline.error && (
        <div className="mt-5">
          <Problem error={pipeline.error} />
        </div>
      )}
      <dl className="mt-6 grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-3 lg:grid-cols-6">
        <Figure
          label="Lake is behind by"
          value={isRunning && pipeline.freshnessSeconds !== null ? formatSeconds(pipeline.freshnessSeconds) : '–'}
        />
        <Figure
          label="Commit lag"
          value={pipeline.lagSeconds === null ? '–' : formatSeconds(pipeline.lagSeconds)}
          note={pipeline.lagBytes === null ? null : formatBytes(pipeline.lagBytes)}
        />
        <Figure
          label="Buffer"
          value={formatBytes(buffer.bytes)}
          note={buffer.bytesMax ? `of ${formatBytes(buffer.bytesMax)}` : `${formatCount(buffer.segments)} segments`}
        />
        <Figure
          label="Changes committed"
          value={formatCount(pipeline.rowsCommitted)}
          note={`${formatCount(pipeline.rowsLastMinute)} in the last minute`}
        />
        <Figure label="Captured to" value={position?.capturedLsn ?? '–'} />
        <Figure label="Committed to" value={position?.committedLsn ?? '–'} />
      </dl>
    </section>
  );
}

function Section({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section>
      <div className="mb-3 flex items-baseline gap-3">
        <h2 className="text-lg font-semibold tracking-tight">{title}</h2>
        <span className="text-sm text-faint tabular-nums">{note}</span>
      </div>
      {children}
    </section>
  );
}

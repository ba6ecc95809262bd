'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Columns3 } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Badge, type Tone } from '@/components/ui/badge.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { Link } from '@/components/ui/link.tsx';
import { PagedCard } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import type { SchemaChange } from './pipeline-types.ts';
import { sideText } from './schema-change-text.ts';

const ACTIONS: Readonly<Record<SchemaChange['action'], { tone: Tone; word: string; text: string }>> = {
  followed: { tone: 'running', word: 'Followed', text: 'The lake table changed, too.' },
  kept: { tone: 'idle', word: 'Kept', text: 'The column stays in the lake and is empty from then on.' },
  unfit: { tone: 'attention', word: 'Does not fit', text: 'No lake type takes both: the table waits for a decision.' },
  waiting: { tone: 'attention', word: 'Waiting', text: 'The table waits: approve or refuse it.' },
  ignored: { tone: 'idle', word: 'Ignored', text: 'The columns of the lake stay as they are.' },
  noted: { tone: 'idle', word: 'Noted', text: 'The lake table needs no change.' },
};

/** How the columns of the source changed, and what the lake did about it. */
export function SchemaChanges({ pipelineId }: { pipelineId: string }) {
  const trpc = useTRPC();
  const list = useInfiniteQuery(
    trpc.pipelines.schemaChanges.infiniteQueryOptions(
      { pipelineId },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <PagedCard
      list={list}
      columns={3}
      empty={
        <EmptyState icon={Columns3} title="No column has changed">
          Columns that are added, dropped, renamed or retyped on the source are treated as the schema policy says, and
          listed here.
        </EmptyState>
      }
    >
      {(changes, footer) => (
        <>
          <ol className="divide-y divide-line">
            {changes.map((change) => (
              <ChangeRow key={change.id} pipelineId={pipelineId} change={change} />
            ))}
          </ol>
          {footer}
        </>
      )}
    </PagedCard>
  );
}

function ChangeRow({ pipelineId, change }: { pipelineId: string; change: SchemaChange }) {
  const { tone, word, text } = ACTIONS[change.action];
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
      <span className="w-20 shrink-0">
        <Badge tone={tone}>{word}</Badge>
      </span>
      <div className="min-w-0 flex-1 basis-64">
        <p className="break-words">
          <Link
            href={`/pipelines/${pipelineId}/tables?table=${change.tableId}`}
            className="font-medium hover:underline"
          >
            {change.source}
          </Link>
          : {change.kind.replaceAll(/[-_]/g, ' ')}
          {change.column !== null && <code className="ml-1.5 text-xs">{change.column}</code>}
        </p>
        <p className="text-muted">
          {sideText(change.before) !== null && <code className="text-xs">{sideText(change.before)}</code>}
          {sideText(change.before) !== null && sideText(change.after) !== null && ' → '}
          {sideText(change.after) !== null && <code className="text-xs">{sideText(change.after)}</code>}
          <span className="ml-1.5">{text}</span>
          {change.decidedBy !== null && <span className="ml-1.5">Decided by {change.decidedBy}.</span>}
        </p>
      </div>
      <code className="text-xs text-muted max-md:hidden">{change.lsn}</code>
      <RelativeTime at={change.at} className="text-muted" />
    </li>
  );
}

'use client';

import { GitCommitHorizontal } from 'lucide-react';
import { Badge, type Tone } from '@/components/ui/badge.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { bytesText, countText, secondsText } from '@/components/ui/figures.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import type { PipelineStatus } from './pipeline-types.ts';
import { usePipeline } from './use-pipeline.ts';

type Commit = PipelineStatus['commits'][number];

/** The latest Iceberg commits of a pipeline, newest first. */
export function CommitList({ pipelineId }: { pipelineId: string }) {
  const { data, isPending } = usePipeline(pipelineId);
  const commits = data?.commits ?? [];
  return (
    <Card flush>
      {isPending && <TableSkeleton rows={10} columns={6} />}
      {data && commits.length === 0 && (
        <EmptyState icon={GitCommitHorizontal} title="No commit yet">
          The first one follows the first copy, when the pipeline runs.
        </EmptyState>
      )}
      {commits.length > 0 && <DataTable label="Commits" columns={columns} rows={commits} rowKey={({ id }) => id} />}
    </Card>
  );
}

const KINDS: Readonly<Record<string, Tone>> = { stream: 'accent', copy: 'copying', compaction: 'idle' };

const columns: readonly Column<Commit>[] = [
  {
    id: 'table',
    header: 'Lake table',
    cell: ({ lakeName, mode }) => (
      <span className="flex max-w-64 items-center gap-2">
        <span className="truncate font-medium">{lakeName}</span>
        {mode === 'changelog' && <span className="text-muted max-sm:hidden">changelog</span>}
      </span>
    ),
  },
  { id: 'kind', header: 'Kind', width: 'w-28', cell: ({ kind }) => <Badge tone={KINDS[kind] ?? 'idle'}>{kind}</Badge> },
  {
    id: 'added',
    header: 'Added',
    align: 'right',
    width: 'w-20',
    cell: ({ rowsAdded }) => `+${countText(rowsAdded)}`,
  },
  {
    id: 'deleted',
    header: 'Deleted',
    align: 'right',
    width: 'w-20',
    from: 'sm',
    cell: ({ rowsDeleted }) =>
      rowsDeleted === 0 ? <span className="text-faint">–</span> : `−${countText(rowsDeleted)}`,
  },
  {
    id: 'bytes',
    header: 'Size',
    align: 'right',
    width: 'w-24',
    from: 'md',
    cell: ({ bytesAdded }) => bytesText(bytesAdded),
  },
  {
    id: 'took',
    header: 'Took',
    align: 'right',
    width: 'w-20',
    from: 'md',
    cell: ({ durationMs }) => secondsText(durationMs / 1_000),
  },
  { id: 'snapshot', header: 'Snapshot', from: 'lg', cell: ({ snapshotId }) => <Identifier text={snapshotId} /> },
  { id: 'lsn', header: 'Up to LSN', from: 'xl', cell: ({ toLsn }) => <Identifier text={toLsn} /> },
  {
    id: 'at',
    header: 'Committed',
    align: 'right',
    width: 'w-28',
    from: 'sm',
    cell: ({ committedAt }) => <RelativeTime at={committedAt} />,
  },
];

'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { GitCommitHorizontal } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Badge, type Tone } from '@/components/ui/badge.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { bytesText, counted, countText, secondsText } from '@/components/ui/figures.ts';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { PagedCard, rowsOf } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { CommitDrawer } from './commit-drawer.tsx';
import type { Commit } from './pipeline-types.ts';

const KINDS = [
  { value: 'stream', label: 'Stream' },
  { value: 'copy', label: 'Copy' },
  { value: 'compaction', label: 'Compaction' },
  { value: 'replay', label: 'Replay' },
] as const;
const TONES: Readonly<Record<Commit['kind'], Tone>> = {
  stream: 'accent',
  copy: 'copying',
  compaction: 'idle',
  replay: 'running',
};

/** What was committed to the lake, newest first; a batch with all of its tables is one row. */
export function CommitList({ pipelineId }: { pipelineId: string }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const kind = KINDS.find(({ value }) => value === url.get('kind'))?.value;
  const list = useInfiniteQuery(
    trpc.pipelines.commits.infiniteQueryOptions(
      { pipelineId, limit: 50, ...(kind ? { kind } : {}) },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
    ),
  );
  const opened = useOpened(pipelineId, { listed: rowsOf(list), isRead: list.isSuccess });
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <FilterSelect label="Kind" name="kind" all="All kinds" choices={KINDS} />
      </div>
      <PagedCard
        list={list}
        columns={6}
        empty={
          <EmptyState icon={GitCommitHorizontal} title={kind ? 'No commit of this kind' : 'No commit yet'}>
            {kind ? 'Choose another kind above.' : 'The first one follows the first copy, when the pipeline runs.'}
          </EmptyState>
        }
      >
        {(rows, footer) => (
          <DataTable
            label="Commits"
            columns={columns}
            rows={rows}
            rowKey={keyOf}
            rowHref={(commit) => url.href({ batch: keyOf(commit) })}
            rowLabel={({ kind: each, tables }) => `${each} commit of ${counted(tables.length, 'table')}`}
            isSelected={(commit) => keyOf(commit) === opened.key}
            footer={footer}
          />
        )}
      </PagedCard>
      {opened.isMissing && (
        <Drawer open onClose={() => url.set({ batch: null })} title="Commit">
          <EmptyState icon={GitCommitHorizontal} title="This commit is not on record">
            The address may be wrong, or the commit is older than the history that is kept.
          </EmptyState>
        </Drawer>
      )}
      <CommitDrawer pipelineId={pipelineId} commit={opened.commit} onClose={() => url.set({ batch: null })} />
    </>
  );
}

/** The commit that the address names, also when it is on none of the pages that were read. */
function useOpened(pipelineId: string, { listed, isRead }: { listed: readonly Commit[]; isRead: boolean }) {
  const trpc = useTRPC();
  const key = useUrlState().get('batch');
  const known = listed.find((commit) => keyOf(commit) === key);
  const [batchId = '', kind] = key?.split(' ') ?? [];
  const asked = useQuery(
    trpc.pipelines.commits.queryOptions(
      { pipelineId, batchId, limit: 5 },
      { enabled: batchId !== '' && isRead && known === undefined },
    ),
  );
  const found = asked.data?.items.find((commit) => kind === undefined || commit.kind === kind);
  const commit = known ?? (key === null ? null : (found ?? null));
  return { key, commit, isMissing: key !== null && !commit && (asked.isSuccess || asked.isError) };
}

const keyOf = ({ batchId, kind }: Commit): string => `${batchId} ${kind}`;

const columns: readonly Column<Commit>[] = [
  {
    id: 'tables',
    header: 'Lake tables',
    cell: ({ tables }) => (
      <span className="block max-w-100 truncate font-medium max-sm:max-w-40">{namesOf(tables)}</span>
    ),
    under: ({ at, bytesAdded }) => (
      <>
        <RelativeTime at={at} />, {bytesText(bytesAdded)}
      </>
    ),
  },
  { id: 'kind', header: 'Kind', width: 'w-28', cell: ({ kind }) => <Badge tone={TONES[kind]}>{kind}</Badge> },
  {
    id: 'added',
    header: 'Added',
    align: 'right',
    width: 'w-24',
    cell: ({ rowsAdded }) => (rowsAdded === 0 ? <span className="text-faint">–</span> : `+${countText(rowsAdded)}`),
  },
  {
    id: 'deleted',
    header: 'Removed',
    align: 'right',
    width: 'w-24',
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
  {
    id: 'lsn',
    header: 'Up to LSN',
    align: 'right',
    width: 'w-36',
    from: 'lg',
    cell: ({ toLsn }) => <code className="text-xs">{toLsn}</code>,
  },
  {
    id: 'at',
    header: 'Committed',
    align: 'right',
    width: 'w-28',
    from: 'sm',
    cell: ({ at }) => (
      <span className="relative z-1">
        <RelativeTime at={at} />
      </span>
    ),
  },
];

const namesOf = (tables: Commit['tables']): string => [...new Set(tables.map(({ lakeName }) => lakeName))].join(', ');

'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { TONE_TEXT } from '@/components/ui/badge.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { cx } from '@/components/ui/cx.ts';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { bytesText, counted, countText } from '@/components/ui/figures.ts';
import { LoadMore } from '@/components/ui/load-more.tsx';
import { sentence } from '@/components/ui/problem.ts';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { currentOf, type LakeKey, type LakeTable, SLOW } from './lake-types.ts';
import { SnapshotLine } from './snapshot-line.tsx';

const LEVELS = {
  good: { icon: CircleCheck, tone: 'running', word: 'Good' },
  fair: { icon: CircleAlert, tone: 'paused', word: 'Fair' },
  poor: { icon: CircleX, tone: 'attention', word: 'Poor' },
} as const;

/**
 * How well a snapshot's files can be read, and which they are. It stays with the snapshot that it was opened with, so that figures
 * and list are always of one, and says when there are newer ones.
 */
export function FilesHealth({ table: latest, at }: { table: LakeTable; at: LakeKey }) {
  const trpc = useTRPC();
  const [opened, setOpened] = useState(latest);
  const table = currentOf(opened) ? opened : latest;
  const snapshot = currentOf(table);
  const list = useInfiniteQuery(
    trpc.lake.files.infiniteQueryOptions(
      { ...at, ...(snapshot ? { snapshotId: snapshot.id } : {}), limit: 50 },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor,
        enabled: snapshot !== undefined,
        // The files of a snapshot never change.
        staleTime: Number.POSITIVE_INFINITY,
        ...SLOW,
      },
    ),
  );
  const { files, filesProblem } = table;
  const entries = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      {snapshot && <SnapshotLine snapshot={snapshot} latest={latest} onNewest={() => setOpened(latest)} />}
      {filesProblem && <p className="text-sm text-attention">{sentence(filesProblem)}</p>}
      {files && <Summary files={files} />}
      <Section title="Files of this snapshot">
        <Card flush>
          {snapshot && list.isPending && <TableSkeleton columns={4} />}
          {list.isError && (
            <div className="px-4">
              <ErrorState error={list.error} onRetry={() => void list.refetch()} />
            </div>
          )}
          {(!snapshot || list.isSuccess) && entries.length === 0 && (
            <p className="p-4 text-sm text-muted">There is no file yet.</p>
          )}
          {entries.length > 0 && (
            <DataTable
              label="Files"
              columns={columns}
              rows={entries}
              rowKey={({ path }) => path}
              footer={
                <LoadMore
                  shown={entries.length}
                  hasMore={list.hasNextPage}
                  isLoading={list.isFetchingNextPage}
                  onMore={() => void list.fetchNextPage()}
                />
              }
            />
          )}
        </Card>
      </Section>
    </>
  );
}

function Summary({ files }: { files: NonNullable<LakeTable['files']> }) {
  const { icon: Icon, tone, word } = LEVELS[files.health.level];
  const figures = [
    { label: 'Data files', value: countText(files.data), note: `${bytesText(files.dataBytes)} in all` },
    { label: 'Average size', value: bytesText(files.averageBytes), note: `largest ${bytesText(files.largestBytes)}` },
    { label: 'Small files', value: countText(files.small), note: 'below 8 MiB' },
    {
      label: 'Delete files',
      value: countText(files.positionDeletes + files.equalityDeletes),
      note: `${counted(files.deletedRows, 'row')} deleted`,
    },
  ];
  return (
    <Card flush>
      <p className="flex items-center gap-2 border-b border-line px-4 py-2.5 text-sm">
        <Icon className={cx('size-4 shrink-0', TONE_TEXT[tone])} aria-hidden="true" />
        <span className={cx('font-medium', TONE_TEXT[tone])}>{word}</span>
        <span className="text-muted">{sentence(files.health.reason)}</span>
      </p>
      <dl className="grid grid-cols-2 gap-px bg-line md:grid-cols-4">
        {figures.map(({ label, value, note }) => (
          <div key={label} className="bg-surface px-4 py-3 last:rounded-b-md">
            <dt className="text-sm text-muted">{label}</dt>
            <dd className="text-xl font-semibold tabular-nums">{value}</dd>
            <dd className="text-xs text-muted">{note}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

type FileEntry = { path: string; content: string; rows: number; bytes: number };

const columns: readonly Column<FileEntry>[] = [
  {
    id: 'path',
    header: 'File',
    cell: ({ path }) => (
      <code className="block max-w-[48ch] truncate text-xs max-sm:max-w-36" title={path}>
        {path.split('/').slice(-1)[0]}
      </code>
    ),
    under: ({ bytes }) => bytesText(bytes),
  },
  { id: 'content', header: 'Content', width: 'w-40 max-sm:w-auto', cell: ({ content }) => content.replace('-', ' ') },
  { id: 'rows', header: 'Rows', align: 'right', width: 'w-24', cell: ({ rows }) => countText(rows) },
  { id: 'bytes', header: 'Size', align: 'right', width: 'w-24', from: 'sm', cell: ({ bytes }) => bytesText(bytes) },
];

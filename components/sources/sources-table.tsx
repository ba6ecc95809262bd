'use client';

import type { ReactNode } from 'react';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { LastCheck } from './last-check.tsx';
import type { Source } from './source-types.ts';
import { type UsedBy, useUsers } from './use-users.ts';

/** Sources, densely: where each leads, and whether what reads from it runs. */
export function SourcesTable({ sources, footer }: { sources: readonly Source[]; footer?: ReactNode }) {
  const usersOf = useUsers('source');
  return (
    <DataTable
      label="Sources"
      columns={columnsWith(usersOf)}
      rows={sources}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/sources/${id}`}
      rowLabel={({ name }) => name}
      footer={footer}
    />
  );
}

const columnsWith = (usersOf: ((id: string) => UsedBy) | undefined): readonly Column<Source>[] => [
  {
    id: 'name',
    header: 'Source',
    sort: 'name',
    cell: ({ name }) => <span className="block max-w-64 truncate font-medium">{name}</span>,
  },
  {
    id: 'state',
    header: 'State',
    width: 'w-40',
    cell: ({ id }) => <UseState used={usersOf?.(id)} />,
  },
  {
    id: 'host',
    header: 'Host',
    from: 'md',
    cell: ({ host, port }) => (
      <span className="block max-w-80 truncate font-mono text-xs text-muted">
        {host}:{port}
      </span>
    ),
  },
  {
    id: 'database',
    header: 'Database',
    from: 'sm',
    cell: ({ database }) => <span className="block max-w-48 truncate font-mono text-xs text-muted">{database}</span>,
  },
  {
    id: 'pipelines',
    header: 'Pipelines',
    align: 'right',
    width: 'w-24',
    cell: ({ id }) => usersOf?.(id).pipelines.length ?? <Skeleton className="ml-auto h-3 w-6" />,
  },
  {
    id: 'check',
    header: 'Last check',
    width: 'w-44',
    from: 'lg',
    cell: ({ lastCheck }) => <LastCheck check={lastCheck} />,
  },
  {
    id: 'changed',
    header: 'Changed',
    sort: 'updatedAt',
    align: 'right',
    width: 'w-28',
    from: 'xl',
    cell: ({ updatedAt }) => <RelativeTime at={updatedAt} className="relative z-1 text-muted" />,
  },
];

/** What the pipelines of a source or destination are doing. */
export function UseState({ used }: { used: UsedBy | undefined }) {
  if (!used) return <Skeleton className="h-3 w-20" />;
  return used.state === null ? <StateBadge state="idle" word="Not used yet" /> : <StateBadge state={used.state} />;
}

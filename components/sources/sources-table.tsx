'use client';

import type { ReactNode } from 'react';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { LastCheck } from './last-check.tsx';
import type { ListedSource } from './source-types.ts';
import { UsedByCell } from './used-by-cell.tsx';

/** Sources, densely: where each leads, and whether what reads from it runs. */
export function SourcesTable({ sources, footer }: { sources: readonly ListedSource[]; footer?: ReactNode }) {
  return (
    <DataTable
      label="Sources"
      columns={COLUMNS}
      rows={sources}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/sources/${id}`}
      rowLabel={({ name }) => name}
      footer={footer}
    />
  );
}

const COLUMNS: readonly Column<ListedSource>[] = [
  {
    id: 'name',
    header: 'Source',
    sort: 'name',
    cell: ({ name }) => <span className="block max-w-64 truncate font-medium">{name}</span>,
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
    width: 'w-44',
    cell: ({ pipelines }) => <UsedByCell used={pipelines} />,
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

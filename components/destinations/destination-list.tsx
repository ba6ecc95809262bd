'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { HardDrive, Plus } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { LastCheck } from '@/components/sources/last-check.tsx';
import { UsedByCell } from '@/components/sources/used-by-cell.tsx';
import { ButtonLink } from '@/components/ui/button.tsx';
import { PageHeader } from '@/components/ui/card.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { PagedCard } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import type { ListedDestination } from './destination-types.ts';
import { kindText } from './destination-words.ts';

const SORTS = ['name', '-name', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt'] as const;

/** All destinations: searched and sorted by the address. */
export function DestinationList() {
  const trpc = useTRPC();
  const url = useUrlState();
  const reason = useRefusal()('destination:write');
  const search = url.get('search');
  const sort = SORTS.find((known) => known === url.get('sort'));
  const list = useInfiniteQuery(
    trpc.destinations.list.infiniteQueryOptions(
      { limit: 100, ...(search ? { search } : {}), ...(sort ? { sort } : {}) },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
    ),
  );
  const add = (
    <ButtonLink href="/destinations/new" kind="primary" icon={Plus} reason={reason}>
      Add a destination
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title="Destinations"
        meta="Warehouses of Iceberg tables, and the catalogs that know them."
        actions={add}
      />
      <div className="mt-4 mb-3">
        <SearchField label="Search destinations" />
      </div>
      <PagedCard
        list={list}
        columns={5}
        empty={
          <EmptyState
            icon={HardDrive}
            title={search ? 'No destination matches' : 'No destination yet'}
            action={search ? undefined : add}
          >
            {search ? 'Change the search above.' : 'A destination is where the Iceberg tables are kept.'}
          </EmptyState>
        }
      >
        {(rows, footer) => (
          <DataTable
            label="Destinations"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            rowHref={({ id }) => `/destinations/${id}`}
            rowLabel={({ name }) => name}
            footer={footer}
          />
        )}
      </PagedCard>
    </>
  );
}

const COLUMNS: readonly Column<ListedDestination>[] = [
  {
    id: 'name',
    header: 'Destination',
    sort: 'name',
    cell: ({ name }) => <span className="block max-w-64 truncate font-medium">{name}</span>,
  },
  {
    id: 'kind',
    header: 'Kind',
    from: 'sm',
    width: 'w-52',
    cell: (destination) => <span className="text-muted">{kindText(destination)}</span>,
  },
  {
    id: 'root',
    header: 'Place',
    from: 'lg',
    cell: ({ storageRoot, catalogUri }) => (
      <code className="block max-w-96 truncate font-mono text-xs text-muted">{catalogUri ?? storageRoot}</code>
    ),
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
    from: 'xl',
    cell: ({ lastCheck }) => <LastCheck check={lastCheck} />,
  },
  {
    id: 'changed',
    header: 'Changed',
    sort: 'updatedAt',
    align: 'right',
    width: 'w-28',
    from: 'lg',
    cell: ({ updatedAt }) => <RelativeTime at={updatedAt} className="relative z-1 text-muted" />,
  },
];

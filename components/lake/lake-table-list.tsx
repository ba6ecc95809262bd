'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Layers } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { lakeTableHref } from '@/components/table/lake-links.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { Link } from '@/components/ui/link.tsx';
import { PagedCard } from '@/components/ui/paged-card.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { type LakeTableEntry, SLOW } from './lake-types.ts';

/** The tables of one destination, by namespace; `namespace` fixes one. */
export function LakeTableList({ destinationId, namespace }: { destinationId: string; namespace?: string }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const chosen = namespace ?? url.get('namespace');
  const search = url.get('search');
  const namespaces = useQuery(trpc.lake.namespaces.queryOptions({ destinationId }, SLOW));
  const list = useInfiniteQuery(
    trpc.lake.tables.infiniteQueryOptions(
      { destinationId, ...(chosen ? { namespace: chosen } : {}), ...(search ? { search } : {}), limit: 100 },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before, ...SLOW },
    ),
  );
  return (
    <div>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchField label="Search lake tables" />
        {namespace === undefined && (
          <FilterSelect
            label="Namespace"
            name="namespace"
            all="All namespaces"
            choices={(namespaces.data?.items ?? []).map(({ namespace: name, tables: count }) => ({
              value: name,
              label: count === null ? name : `${name} (${count})`,
            }))}
          />
        )}
      </div>
      <PagedCard
        list={list}
        columns={4}
        empty={
          <EmptyState icon={Layers} title={search ? 'No lake table matches' : 'No table here yet'}>
            {search ? 'Change the search above.' : 'Tables appear when a pipeline has copied its first one.'}
          </EmptyState>
        }
      >
        {(rows, footer) => (
          <DataTable
            label="Lake tables"
            columns={columns}
            rows={rows}
            rowKey={({ namespace: space, name }) => `${space}.${name}`}
            rowHref={({ namespace: space, name }) => lakeTableHref({ destinationId, namespace: space, table: name })}
            footer={footer}
          />
        )}
      </PagedCard>
    </div>
  );
}

const columns: readonly Column<LakeTableEntry>[] = [
  {
    id: 'name',
    header: 'Lake table',
    cell: ({ namespace, name }) => (
      <span className="block max-w-80 truncate font-mono text-xs">
        <span className="text-muted">{namespace}.</span>
        <span className="font-medium">{name}</span>
      </span>
    ),
  },
  {
    id: 'mode',
    header: 'Mode',
    width: 'w-32',
    cell: ({ owner }) => (owner ? <Badge>{owner.mode}</Badge> : <span className="text-faint">–</span>),
  },
  {
    id: 'state',
    header: 'State',
    width: 'w-40',
    from: 'sm',
    cell: ({ owner }) => (owner ? <StateBadge state={owner.state} /> : <span className="text-faint">–</span>),
  },
  {
    id: 'pipeline',
    header: 'Pipeline',
    from: 'md',
    cell: ({ owner }) =>
      owner ? (
        <Link
          href={`/pipelines/${owner.pipelineId}`}
          className="relative z-1 text-muted hover:text-ink hover:underline"
        >
          {owner.pipelineName}
        </Link>
      ) : (
        <span className="text-muted">none</span>
      ),
  },
  {
    id: 'source',
    header: 'From',
    from: 'md',
    cell: ({ owner }) => owner?.source ?? <span className="text-faint">–</span>,
  },
];

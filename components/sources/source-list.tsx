'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Database, Plus } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { Card, PageHeader } from '@/components/ui/card.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { LoadMore } from '@/components/ui/load-more.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { SourcesTable } from './sources-table.tsx';

const SORTS = ['name', '-name', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt'] as const;

/** All sources: searched and sorted by the address. */
export function SourceList() {
  const trpc = useTRPC();
  const url = useUrlState();
  const reason = useRefusal()('source:write');
  const search = url.get('search');
  const sort = SORTS.find((known) => known === url.get('sort'));
  const list = useInfiniteQuery(
    trpc.sources.list.infiniteQueryOptions(
      { limit: 100, ...(search ? { search } : {}), ...(sort ? { sort } : {}) },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
    ),
  );
  const sources = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const add = (
    <ButtonLink href="/sources/new" kind="primary" icon={Plus} reason={reason}>
      Connect a source
    </ButtonLink>
  );
  return (
    <>
      <PageHeader title="Sources" meta="PostgreSQL databases to read from." actions={add} />
      <div className="mt-4 mb-3">
        <SearchField label="Search sources" />
      </div>
      <Card flush>
        {list.isPending && <TableSkeleton columns={5} />}
        {list.isError && (
          <div className="p-4">
            <ErrorState error={list.error} onRetry={() => void list.refetch()} />
          </div>
        )}
        {list.isSuccess && sources.length === 0 && (
          <EmptyState
            icon={Database}
            title={search ? 'No source matches' : 'No source yet'}
            action={search ? undefined : add}
          >
            {search
              ? 'Change the search above.'
              : 'A source is a PostgreSQL database whose tables are kept in step with the lake.'}
          </EmptyState>
        )}
        {sources.length > 0 && (
          <SourcesTable
            sources={sources}
            footer={
              <LoadMore
                shown={sources.length}
                total={list.data?.pages[0]?.total}
                hasMore={list.hasNextPage}
                isLoading={list.isFetchingNextPage}
                onMore={() => void list.fetchNextPage()}
              />
            }
          />
        )}
      </Card>
    </>
  );
}

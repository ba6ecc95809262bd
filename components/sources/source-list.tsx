'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Database, Plus } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { PageHeader } from '@/components/ui/card.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { PagedCard } from '@/components/ui/paged-card.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
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
      <PagedCard
        list={list}
        columns={5}
        empty={
          <EmptyState
            icon={Database}
            title={search ? 'No source matches' : 'No source yet'}
            action={search ? undefined : add}
          >
            {search
              ? 'Change the search above.'
              : 'A source is a PostgreSQL database whose tables are kept in step with the lake.'}
          </EmptyState>
        }
      >
        {(rows, footer) => <SourcesTable sources={rows} footer={footer} />}
      </PagedCard>
    </>
  );
}

'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus, Workflow } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { PageHeader } from '@/components/ui/card.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { PagedCard } from '@/components/ui/paged-card.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { shownState } from '@/components/ui/state-badge.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { isPipelineState, PIPELINE_STATES } from '@/server/domain/pipeline-state.ts';
import { EndFilters } from './end-filters.tsx';
import { PipelineDeletions } from './pipeline-deletions.tsx';
import { PipelinesTable } from './pipelines-table.tsx';

/** Rows that are drawn at once. */
const PAGE = 50;
const SORTS = ['name', '-name', 'state', '-state'] as const;

/** All pipelines: searched, filtered and sorted by the address. */
export function PipelineList() {
  const trpc = useTRPC();
  const url = useUrlState();
  const refusal = useRefusal();
  const search = url.get('search');
  const state = url.get('state');
  const sourceId = url.get('source');
  const destinationId = url.get('destination');
  const attention = url.get('attention') === 'yes';
  const sort = SORTS.find((known) => known === url.get('sort'));
  const list = useInfiniteQuery(
    trpc.pipelines.list.infiniteQueryOptions(
      {
        limit: PAGE,
        ...(search ? { search } : {}),
        ...(state && isPipelineState(state) ? { state } : {}),
        ...(sort ? { sort } : {}),
        ...(sourceId ? { sourceId } : {}),
        ...(destinationId ? { destinationId } : {}),
        ...(attention ? { attention: true } : {}),
      },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
    ),
  );
  const isFiltered = Boolean(search || state || sourceId || destinationId || attention);
  return (
    <>
      <PageHeader
        title="Pipelines"
        actions={
          <ButtonLink href="/pipelines/new" kind="primary" icon={Plus} reason={refusal('pipeline:write')}>
            New pipeline
          </ButtonLink>
        }
      />
      <div className="mt-4 mb-3 flex flex-wrap items-center gap-2">
        <SearchField label="Search pipelines" />
        <FilterSelect
          label="State"
          name="state"
          all="All states"
          choices={PIPELINE_STATES.map((value) => ({ value, label: shownState(value).word }))}
        />
        <FilterSelect
          label="Attention"
          name="attention"
          all="Any condition"
          choices={[{ value: 'yes', label: 'Needs attention' }]}
        />
        <EndFilters />
      </div>
      <PagedCard
        list={list}
        columns={6}
        empty={
          <EmptyState
            icon={Workflow}
            title={isFiltered ? 'No pipeline matches' : 'No pipeline yet'}
            action={
              !isFiltered && (
                <ButtonLink href="/pipelines/new" kind="primary" reason={refusal('pipeline:write')}>
                  Create a pipeline
                </ButtonLink>
              )
            }
          >
            {isFiltered
              ? 'Change the search or the filters above.'
              : 'A pipeline keeps tables of the lake in step with a PostgreSQL database.'}
          </EmptyState>
        }
      >
        {(rows, footer) => <PipelinesTable pipelines={rows} footer={footer} />}
      </PagedCard>
      <div className="mt-8">
        <PipelineDeletions />
      </div>
    </>
  );
}

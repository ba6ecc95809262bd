'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Section } from '@/components/ui/card.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { PagedCard, rowsOf } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { StateBadge, shownState } from '@/components/ui/state-badge.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { DeadLetterDrawer } from './dead-letter-drawer.tsx';
import { type DeadLetter, opWord } from './dead-letter-types.ts';
import { DownloadLetters } from './download-letters.tsx';

const STATES = ['open', 'replay_requested', 'replayed', 'discarded', 'superseded'] as const;
const SORTS = ['createdAt', '-createdAt'] as const;
const REPLAY_MS = 1_500;
const isReplaying = ({ items }: { items: readonly DeadLetter[] }): boolean =>
  items.some(({ state }) => state === 'replay_requested');

/** The rows of a pipeline that could not be carried, filtered by the address; a row opens its drawer. */
export function DeadLetterList({ pipelineId }: { pipelineId: string }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const state = STATES.find((known) => known === url.get('state'));
  const sort = SORTS.find((known) => known === url.get('sort'));
  const tableId = toId(url.get('table'));
  const column = url.get('column');
  const list = useInfiniteQuery(
    trpc.deadLetters.list.infiniteQueryOptions(
      {
        pipelineId,
        ...(state ? { state } : {}),
        ...(sort ? { sort } : {}),
        ...(tableId === null ? {} : { tableId }),
        ...(column ? { column } : {}),
      },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor,
        placeholderData: (before) => before,
        // One that is tried in vain is open again before any figure has changed that the event stream would tell of.
        refetchInterval: ({ state: { data } }) => (data?.pages.some(isReplaying) ? REPLAY_MS : false),
      },
    ),
  );
  const letters = rowsOf(list);
  const opened = toId(url.get('letter'));
  const isFiltered = Boolean(state || tableId !== null || column);
  return (
    <Section
      title="Rows"
      actions={
        <>
          <FilterSelect
            label="State"
            name="state"
            all="All states"
            choices={STATES.map((value) => ({ value, label: shownState(value).word }))}
          />
          <DownloadLetters
            pipelineId={pipelineId}
            filters={{ state, tableId: tableId?.toString(), column: column ?? undefined }}
          />
        </>
      }
    >
      <PagedCard
        list={list}
        columns={5}
        empty={
          <EmptyState icon={CircleCheck} title={isFiltered ? 'No dead letter matches' : 'Every row is carried'}>
            {isFiltered
              ? 'Choose another state or group above.'
              : 'A row whose values the lake cannot hold would be parked here, with its reason and what to do about it.'}
          </EmptyState>
        }
      >
        {(rows, footer) => (
          <DataTable
            label="Dead letters"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            rowHref={({ id }) => url.href({ letter: String(id) })}
            rowLabel={({ id, reason }) => `Dead letter ${id}: ${reason}`}
            isSelected={({ id }) => id === opened}
            footer={footer}
          />
        )}
      </PagedCard>
      <DeadLetterDrawer
        key={opened}
        pipelineId={pipelineId}
        letter={letters.find(({ id }) => id === opened) ?? null}
        missing={list.isSuccess && opened !== null && !letters.some(({ id }) => id === opened) ? opened : null}
        onClose={() => url.set({ letter: null })}
      />
    </Section>
  );
}

const toId = (text: string | null): number | null => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null);

const columns: readonly Column<DeadLetter>[] = [
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ reason }) => <span className="block max-w-[42ch] truncate font-medium">{reason}</span>,
  },
  { id: 'state', header: 'State', width: 'w-36', cell: ({ state }) => <StateBadge state={state} /> },
  { id: 'source', header: 'Table', from: 'md', cell: ({ source }) => source },
  {
    id: 'column',
    header: 'Column',
    from: 'md',
    cell: ({ column }) =>
      column === null ? <span className="text-faint">–</span> : <code className="text-xs">{column}</code>,
  },
  { id: 'op', header: 'Change', width: 'w-24', from: 'lg', cell: ({ op }) => opWord(op) },
  {
    id: 'at',
    header: 'Parked',
    sort: 'createdAt',
    align: 'right',
    width: 'w-28',
    from: 'sm',
    cell: ({ createdAt }) => (
      <span className="relative z-1">
        <RelativeTime at={createdAt} />
      </span>
    ),
  },
];

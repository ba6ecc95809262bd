'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { Table2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useTRPC } from '@/components/api/trpc.ts';
import { usePipeline } from '@/components/pipeline/use-pipeline.ts';
import { Badge } from '@/components/ui/badge.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { bytesText, countText } from '@/components/ui/figures.ts';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { PagedCard } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { shownState } from '@/components/ui/state-badge.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { TABLE_STATES } from '@/server/domain/table-state.ts';
import { AddTablesButton } from './add-tables-button.tsx';
import { CopyCell } from './copy-cell.tsx';
import { TableDrawer } from './table-drawer.tsx';
import { TableState } from './table-state.tsx';
import type { TableView } from './table-types.ts';

/** Brings the forms of new pipelines along, which few visits need. */
const AddTables = dynamic(() => import('./add-tables.tsx').then((all) => all.AddTables));

const SORTS = ['source', '-source', 'state', '-state', 'rowsCommitted', '-rowsCommitted'] as const;

/** The tables of a pipeline with their progress; a row opens its drawer. */
export function TableList({ pipelineId }: { pipelineId: string }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const search = url.get('search');
  const state = TABLE_STATES.find((known) => known === url.get('state'));
  const sort = SORTS.find((known) => known === url.get('sort'));
  const list = useInfiniteQuery(
    trpc.tables.list.infiniteQueryOptions(
      {
        pipelineId,
        limit: 100,
        ...(search ? { search } : {}),
        ...(state ? { state } : {}),
        ...(sort ? { sort } : {}),
      },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
    ),
  );
  const pipeline = usePipeline(pipelineId).data;
  const opened = url.get('table');
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchField label="Search tables" />
        <FilterSelect
          label="State"
          name="state"
          all="All states"
          choices={TABLE_STATES.map((value) => ({ value, label: shownState(value).word }))}
        />
        <AddTablesButton />
      </div>
      {pipeline && (pipeline.state === 'stopped' || pipeline.state === 'paused') && (
        <p className="mb-3 text-sm text-muted">
          The pipeline is {pipeline.state}: the lake shows its tables as they were then, until it goes on.
        </p>
      )}
      <PagedCard
        list={list}
        columns={6}
        empty={
          <EmptyState icon={Table2} title="No table matches">
            Change the search or the state above.
          </EmptyState>
        }
      >
        {(rows, footer) => (
          <DataTable
            label="Tables"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            rowHref={({ id }) => url.href({ table: String(id) })}
            isSelected={({ id }) => String(id) === opened}
            footer={footer}
          />
        )}
      </PagedCard>
      {pipeline && url.get('adding') !== null && (
        <AddTables pipeline={pipeline} onClose={() => url.set({ adding: null, find: null })} />
      )}
      <TableDrawer
        pipelineId={pipelineId}
        tableId={opened !== null && /^\d{1,15}$/.test(opened) ? Number(opened) : null}
        onClose={() => url.set({ table: null, column: null })}
      />
    </>
  );
}

const columns: readonly Column<TableView>[] = [
  {
    id: 'source',
    header: 'Table',
    sort: 'source',
    cell: ({ source }) => <span className="block max-w-72 truncate font-medium">{source}</span>,
  },
  { id: 'state', header: 'State', sort: 'state', width: 'w-40', cell: (table) => <TableState table={table} /> },
  {
    id: 'modes',
    header: 'Modes',
    width: 'w-44',
    from: 'md',
    cell: ({ modes }) => (
      <span className="flex gap-1">
        {modes.map((mode) => (
          <Badge key={mode}>{mode}</Badge>
        ))}
      </span>
    ),
  },
  { id: 'copy', header: 'Copy', width: 'w-44', from: 'lg', cell: (table) => <CopyCell table={table} /> },
  {
    id: 'rows',
    header: 'Changes',
    sort: 'rowsCommitted',
    align: 'right',
    width: 'w-24',
    from: 'sm',
    cell: ({ rowsCommitted }) => countText(rowsCommitted),
  },
  {
    id: 'held',
    header: 'Held back',
    align: 'right',
    width: 'w-24',
    from: 'lg',
    cell: ({ spillBytes }) => (spillBytes === 0 ? <span className="text-faint">–</span> : bytesText(spillBytes)),
  },
  {
    id: 'letters',
    header: 'Dead letters',
    align: 'right',
    width: 'w-28',
    from: 'md',
    cell: ({ deadLettersOpen }) =>
      deadLettersOpen === 0 ? (
        <span className="text-faint">–</span>
      ) : (
        <span className="font-medium text-attention">{countText(deadLettersOpen)}</span>
      ),
  },
  {
    id: 'at',
    header: 'Last commit',
    align: 'right',
    width: 'w-28',
    cell: ({ markerAt }) =>
      markerAt === null ? (
        <span className="text-faint">–</span>
      ) : (
        <span className="relative z-1">
          <RelativeTime at={markerAt} />
        </span>
      ),
  },
];

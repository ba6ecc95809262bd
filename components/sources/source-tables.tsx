'use client';

import { useQuery } from '@tanstack/react-query';
import { RotateCw, Table2 } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { bytesText, counted, countText } from '@/components/ui/figures.ts';
import { SearchField } from '@/components/ui/search-field.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { MODE_WORDS, recommend } from './recommend.ts';
import { SourceTableFacts } from './source-table-facts.tsx';
import type { SourceTable } from './source-types.ts';
import { patternMatcher, qualified } from './table-pattern.ts';
import { TableTree, type TreeColumn } from './table-tree.tsx';
import { totalBytes } from './total-bytes.ts';

/** Everything that a source's role can see, with how each table is best replicated. */
export function SourceTables({ id }: { id: string }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const list = useQuery(trpc.sources.tables.queryOptions({ id }, TABLES_QUERY));
  const tables = (list.data?.items ?? []).filter(patternMatcher(url.get('search') ?? ''));
  const opened = list.data?.items.find((table) => qualified(table) === url.get('table'));
  const bytes = totalBytes(tables);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
        <SearchField label="Name or pattern (sales.order_*)" />
        {list.data && (
          <span className="text-sm text-muted tabular-nums">
            {counted(tables.length, 'table')}, {bytesText(bytes)}
          </span>
        )}
        <Button
          icon={RotateCw}
          className="ml-auto"
          pending={list.isFetching && 'Reading'}
          onClick={() => void list.refetch()}
        >
          Read again
        </Button>
      </div>
      <Card flush>
        {list.isPending && <TableSkeleton rows={8} columns={5} />}
        {list.isError && (
          <div className="px-4 py-2">
            <ErrorState error={list.error} onRetry={() => void list.refetch()} />
          </div>
        )}
        {list.isSuccess && tables.length === 0 && (
          <EmptyState icon={Table2} title={list.data.items.length === 0 ? 'No tables' : 'No table matches'}>
            {list.data.items.length === 0
              ? 'The role sees no table in this database. Grant it USAGE on a schema and SELECT on its tables.'
              : 'Change the name or the pattern above.'}
          </EmptyState>
        )}
        {tables.length > 0 && (
          <TableTree
            tables={tables}
            columns={COLUMNS}
            isMuted={(table) => recommend(table).mode === null}
            onOpen={(table) => url.set({ table: qualified(table) }, { push: true })}
          />
        )}
      </Card>
      <Drawer
        open={opened !== undefined}
        onClose={() => url.set({ table: null })}
        title={opened ? qualified(opened) : ''}
        description={opened && `${counted(opened.columns.length, 'column')}, ${bytesText(opened.bytes)}`}
      >
        {opened && <SourceTableFacts table={opened} />}
      </Drawer>
    </>
  );
}

/** Asks the source: slow, and not asked again for a minute. */
export const TABLES_QUERY = {
  trpc: { context: { slow: true } },
  staleTime: 60_000,
  retry: false,
  refetchOnWindowFocus: false,
} as const;

const COLUMNS: readonly TreeColumn[] = [
  {
    id: 'mode',
    header: 'Recommended',
    className: 'w-32',
    cell: (table) => <RecommendedMode table={table} />,
  },
  {
    id: 'why',
    header: 'Why',
    className: 'max-lg:hidden',
    cell: (table) => <span className="block max-w-120 text-xs text-muted">{recommend(table).reason}</span>,
  },
  {
    id: 'key',
    header: 'Key',
    className: 'max-md:hidden w-40',
    cell: ({ key }) =>
      key.length === 0 ? (
        <span className="text-faint">none</span>
      ) : (
        <code className="block max-w-40 truncate font-mono text-xs text-muted">{key.join(', ')}</code>
      ),
  },
  { id: 'rows', header: 'Rows', align: 'right', className: 'max-sm:hidden w-24', cell: (table) => rowsText(table) },
  { id: 'bytes', header: 'Size', align: 'right', className: 'w-24', cell: ({ bytes }) => bytesText(bytes) },
];

export const rowsText = ({ rowEstimate }: SourceTable): string =>
  rowEstimate === null ? 'unknown' : `~${countText(rowEstimate)}`;

export function RecommendedMode({ table }: { table: SourceTable }) {
  const { mode } = recommend(table);
  if (mode === null) return <Badge>Not possible</Badge>;
  return <Badge tone={mode === 'mirror' ? 'accent' : 'copying'}>{MODE_WORDS[mode].word}</Badge>;
}

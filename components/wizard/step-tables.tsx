'use client';

import { useQuery } from '@tanstack/react-query';
import { Table2 } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { recommend } from '@/components/sources/recommend.ts';
import { RecommendedMode, rowsText, TABLES_QUERY } from '@/components/sources/source-tables.tsx';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { patternMatcher, qualified } from '@/components/sources/table-pattern.ts';
import { TableTree, type TreeColumn } from '@/components/sources/table-tree.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Checkbox } from '@/components/ui/choice.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { bytesText, counted } from '@/components/ui/figures.ts';
import { SearchField } from '@/components/ui/search-field.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { ModeSelect } from './mode-select.tsx';
import { StepFrame } from './step-frame.tsx';
import { TableDrawer } from './table-drawer.tsx';
import type { Wizard } from './use-wizard.ts';
import { type ChosenTable, lakeTables, withoutTables, withTable, withTables } from './wizard-draft.ts';

/** Which tables, and how each is kept. */
export function StepTables({ wizard, sourceId }: { wizard: Wizard; sourceId: string }) {
  const trpc = useTRPC();
  const { draft, save, url } = wizard;
  const list = useQuery(trpc.sources.tables.queryOptions({ id: sourceId }, TABLES_QUERY));
  const all = list.data?.items ?? [];
  const search = url.get('search') ?? '';
  const shown = all.filter(patternMatcher(search));
  const chosen = new Map(draft.tables.map((table) => [qualified(table), table]));
  const possible = shown.filter((table) => recommend(table).mode !== null);
  const left = possible.filter((table) => !chosen.has(qualified(table)));
  const bytes = all.reduce((sum, table) => sum + (chosen.has(qualified(table)) ? table.bytes : 0), 0);
  const opened = all.find((table) => qualified(table) === url.get('table'));
  const change = (table: ChosenTable) => save(withTable(draft, table));
  const toggle = (tables: readonly SourceTable[], isOn: boolean) =>
    save(isOn ? withTables(draft, tables) : withoutTables(draft, tables));
  return (
    <StepFrame
      title="Which tables?"
      description="Each table gets a mirror of its rows, a changelog of its history, or both. Open one to see its columns, to name it, or to decide what happens to values that do not fit."
      onBack={() => wizard.go('preflight')}
      next={{
        label: 'Choose a destination',
        reason: draft.tables.length === 0 ? 'Choose at least one table.' : null,
        onNext: () => wizard.go('destination'),
      }}
    >
      <div className="flex flex-wrap items-center gap-2">
        <SearchField label="Name or pattern (sales.order_*)" />
        <Button reason={left.length === 0 ? 'All of them are chosen.' : null} onClick={() => toggle(possible, true)}>
          {search ? `Select ${counted(possible.length, 'match', 'matches')}` : 'Select all'}
        </Button>
        {chosen.size > 0 && (
          <Button kind="ghost" onClick={() => toggle(search ? shown : draft.tables.flatMap(asSource(all)), false)}>
            {search ? 'Clear matches' : 'Clear'}
          </Button>
        )}
        <span className="ml-auto text-sm text-muted tabular-nums" aria-live="polite">
          {counted(chosen.size, 'table')} chosen{chosen.size > 0 && `, ${bytesText(bytes)}`}
        </span>
      </div>
      <Card flush>
        {list.isPending && <TableSkeleton rows={8} columns={5} />}
        {list.isError && (
          <div className="px-4 py-2">
            <ErrorState error={list.error} onRetry={() => void list.refetch()} />
          </div>
        )}
        {list.isSuccess && shown.length === 0 && (
          <EmptyState icon={Table2} title={all.length === 0 ? 'No tables' : 'No table matches'}>
            {all.length === 0
              ? 'The role sees no table in this database. Grant it USAGE on a schema and SELECT on its tables.'
              : 'Change the name or the pattern above.'}
          </EmptyState>
        )}
        {shown.length > 0 && (
          <TableTree
            tables={shown}
            columns={columnsWith(chosen, change)}
            isMuted={(table) => recommend(table).mode === null}
            onOpen={(table) => url.set({ table: qualified(table) }, { push: true })}
            lead={(table) => (
              <Checkbox
                checked={chosen.has(qualified(table))}
                onChange={(isOn) => toggle([table], isOn)}
                label={`Replicate ${qualified(table)}`}
                hideLabel
                reason={recommend(table).mode === null ? recommend(table).reason : null}
              />
            )}
            schemaLead={(schema, tables) => {
              const fit = tables.filter((table) => recommend(table).mode !== null);
              const on = fit.filter((table) => chosen.has(qualified(table))).length;
              return (
                <Checkbox
                  checked={on === 0 ? false : on === fit.length ? true : 'indeterminate'}
                  onChange={(isOn) => toggle(fit, isOn)}
                  label={`Replicate all of ${schema}`}
                  hideLabel
                  reason={fit.length === 0 ? 'None of them can be replicated.' : null}
                />
              );
            }}
          />
        )}
      </Card>
      <TableDrawer
        table={opened}
        chosen={opened && chosen.get(qualified(opened))}
        onChange={change}
        onToggle={(isOn) => opened && toggle([opened], isOn)}
        onClose={() => url.set({ table: null })}
      />
    </StepFrame>
  );
}

/** Chosen tables that the source still has, and those that it has no more: both can be cleared. */
const asSource = (all: readonly SourceTable[]) => (table: ChosenTable) =>
  all.filter((known) => qualified(known) === qualified(table));

const columnsWith = (
  chosen: ReadonlyMap<string, ChosenTable>,
  change: (table: ChosenTable) => void,
): readonly TreeColumn[] => [
  {
    id: 'mode',
    header: 'Kept as',
    className: 'w-40',
    cell: (table) => {
      const own = chosen.get(qualified(table));
      return own ? <ModeSelect table={table} chosen={own} onChange={change} /> : <RecommendedMode table={table} />;
    },
  },
  {
    id: 'lake',
    header: 'In the lake as',
    className: 'max-md:hidden w-2/5',
    cell: (table) => {
      const own = chosen.get(qualified(table));
      return own ? (
        <code className="block max-w-72 font-mono text-xs break-all">{lakeTables(own).join(', ')}</code>
      ) : (
        <span className="block max-w-96 text-xs text-muted max-lg:hidden">{recommend(table).reason}</span>
      );
    },
  },
  {
    id: 'key',
    header: 'Key',
    className: 'max-lg:hidden w-36',
    cell: ({ key }) => (
      <code className="block max-w-36 truncate font-mono text-xs text-muted">{key.join(', ') || 'none'}</code>
    ),
  },
  { id: 'rows', header: 'Rows', align: 'right', className: 'max-sm:hidden w-24', cell: (table) => rowsText(table) },
  { id: 'bytes', header: 'Size', align: 'right', className: 'w-24', cell: ({ bytes }) => bytesText(bytes) },
];

'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Table2 } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import type { PipelineStatus } from '@/components/pipeline/pipeline-types.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { recommend } from '@/components/sources/recommend.ts';
import { RecommendedMode, TABLES_QUERY } from '@/components/sources/source-tables.tsx';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { patternMatcher, qualified } from '@/components/sources/table-pattern.ts';
import { TableTree, type TreeColumn } from '@/components/sources/table-tree.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Checkbox } from '@/components/ui/choice.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { ErrorNote, ErrorState } from '@/components/ui/error-state.tsx';
import { Input } from '@/components/ui/field.tsx';
import { bytesText, counted } from '@/components/ui/figures.ts';
import { SearchField } from '@/components/ui/search-field.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { lakeNameError } from '@/components/wizard/lake-name-error.ts';
import { ModeSelect } from '@/components/wizard/mode-select.tsx';
import {
  type ChosenTable,
  EMPTY_DRAFT,
  toTableInput,
  usualLakeName,
  withoutTables,
  withTable,
  withTables,
} from '@/components/wizard/wizard-draft.ts';

/** Tables of the source that a pipeline does not have yet, to be added while it runs. */
export function AddTables({ pipeline, onClose }: { pipeline: PipelineStatus; onClose: () => void }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const reason = useRefusal()('pipeline:write');
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const list = useQuery(trpc.sources.tables.queryOptions({ id: pipeline.source.id }, TABLES_QUERY));
  const add = useAddTables(pipeline.id, onClose);
  const known = new Set(pipeline.tableList.map(({ source }) => source));
  const others = list.data?.items.filter((table) => !known.has(qualified(table))) ?? [];
  const shown = others.filter(patternMatcher(url.get('find') ?? ''));
  const chosen = new Map(draft.tables.map((table) => [qualified(table), table]));
  const wrong = draft.tables.find((table) => lakeNameError(table) !== null);
  const wrongName = wrong ? `Name of ${qualified(wrong)} in the lake: ${lakeNameError(wrong)}` : null;
  const toggle = (tables: readonly SourceTable[], isOn: boolean) =>
    setDraft(isOn ? withTables(draft, tables) : withoutTables(draft, tables));
  return (
    <Drawer
      open
      onClose={onClose}
      title={`Add tables to ${pipeline.name}`}
      description="They are published and copied beside the stream of the others, which goes on."
      footer={
        <Button
          kind="primary"
          icon={Plus}
          reason={reason ?? (chosen.size === 0 ? 'Choose at least one table.' : wrongName)}
          pending={add.isPending && 'Adding'}
          onClick={() => add.mutate({ pipelineId: pipeline.id, tables: draft.tables.map(toTableInput) })}
        >
          {chosen.size === 0 ? 'Add tables' : `Add ${counted(chosen.size, 'table')}`}
        </Button>
      }
    >
      <div className="space-y-3">
        {add.isError && <ErrorNote error={add.error} />}
        <SearchField label="Name or pattern (sales.order_*)" name="find" />
        {list.isPending && <TableSkeleton rows={8} columns={3} />}
        {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && shown.length === 0 && (
          <EmptyState icon={Table2} title={others.length === 0 ? 'No other table' : 'No table matches'}>
            {others.length === 0
              ? 'The pipeline has every table that the role of its source sees. Grant it SELECT on others first.'
              : 'Change the name or the pattern above.'}
          </EmptyState>
        )}
        {shown.length > 0 && (
          <TableTree
            tables={shown}
            columns={columnsWith(chosen, (table) => setDraft(withTable(draft, table)))}
            isMuted={(table) => recommend(table).mode === null}
            lead={(table) => (
              <Checkbox
                checked={chosen.has(qualified(table))}
                onChange={(isOn) => toggle([table], isOn)}
                label={`Add ${qualified(table)}`}
                hideLabel
                reason={recommend(table).mode === null ? recommend(table).reason : null}
              />
            )}
          />
        )}
      </div>
    </Drawer>
  );
}

function useAddTables(pipelineId: string, onClose: () => void) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  return useMutation(
    trpc.tables.add.mutationOptions({
      onSuccess: ({ tables }) => {
        toast.done(`${counted(tables.length, 'table')} added`, 'They are copied while the others go on.');
        onClose();
        return Promise.all([
          queries.invalidateQueries({ queryKey: trpc.tables.pathKey() }),
          queries.invalidateQueries({ queryKey: trpc.pipelines.status.queryKey({ id: pipelineId }) }),
        ]);
      },
    }),
  );
}

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
    className: 'w-48',
    cell: (table) => {
      const own = chosen.get(qualified(table));
      return (
        own && (
          <Input
            aria-label={`Name of ${qualified(table)} in the lake`}
            aria-invalid={lakeNameError(own) === null ? undefined : true}
            title={lakeNameError(own) ?? undefined}
            value={own.lakeName}
            onChange={({ target }) => change({ ...own, lakeName: target.value })}
            placeholder={usualLakeName(own)}
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-xs"
          />
        )
      );
    },
  },
  { id: 'bytes', header: 'Size', align: 'right', className: 'w-24', cell: ({ bytes }) => bytesText(bytes) },
];

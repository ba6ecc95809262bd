'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { usePipeline } from '@/components/pipeline/use-pipeline.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import type { RowCondition } from '@/server/domain/copy-scope.ts';
import { sameFilter } from '@/server/domain/row-filter.ts';
import { RowFilterFields } from './row-filter-fields.tsx';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

/** Which rows are carried. Saving copies a table that is in the lake again. */
export function TableRowFilter({ table }: { table: TableView }) {
  const trpc = useTRPC();
  const pipeline = usePipeline(table.pipelineId).data;
  const refusal = useRefusal()('pipeline:write');
  const { update, key } = useTableVerbs(table);
  const [draft, setDraft] = useState<RowCondition[] | null>(null);
  const [isAsked, setIsAsked] = useState(false);
  const source = useQuery(
    trpc.sources.tables.queryOptions(
      { id: pipeline?.source.id ?? '' },
      { enabled: pipeline !== undefined, trpc: { context: { slow: true } } },
    ),
  );
  const found = source.data?.items.find((each) => each.schema === table.schema && each.table === table.table);
  const value = draft ?? table.where;
  const isChanged = draft !== null && !sameFilter(draft, table.where);
  const close = () => setIsAsked(false);
  return (
    <section>
      <h3 className="mb-2 font-semibold">Rows that are carried</h3>
      {source.isError && <ErrorNote error={source.error} />}
      {source.isPending && <p className="text-sm text-muted">Reading the columns from the source.</p>}
      {source.isSuccess && !found && (
        <p className="text-sm text-muted">The source has no table {table.source} any more.</p>
      )}
      {found && (
        <>
          <RowFilterFields
            table={found}
            value={value}
            onChange={setDraft}
            disabled={refusal !== null || update.isPending}
          />
          <div className="mt-3 flex gap-2">
            <Button
              kind="primary"
              reason={refusal ?? (isChanged ? null : 'Nothing is changed.')}
              onClick={() => setIsAsked(true)}
            >
              Save row filter
            </Button>
            {isChanged && <Button onClick={() => setDraft(null)}>Undo changes</Button>}
          </div>
        </>
      )}
      <ConfirmDialog
        open={isAsked}
        onClose={close}
        title={`Change the rows of ${table.source}?`}
        consequences={[
          'If it is in the lake already, its rows are copied again under the new filter.',
          'Rows that do not meet it leave the mirror with that copy; older snapshots and the changelog keep them.',
          'Dead letters of the table are dropped: the copy shows their rows, or parks them anew.',
        ]}
        stays={['Readers see its present rows until the copy takes their place in one commit.', 'Other tables go on.']}
        action="Save and copy"
        acting="Saving"
        isPending={update.isPending}
        error={update.error}
        onConfirm={() =>
          update.mutate(
            { ...key, where: value },
            {
              onSuccess: () => {
                setDraft(null);
                close();
              },
            },
          )
        }
      />
    </section>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { usePipeline } from '@/components/pipeline/use-pipeline.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { type ColumnRules, sameRules } from '@/server/domain/column-rules.ts';
import { ColumnRuleFields } from './column-rule-fields.tsx';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

/** Columns that are left out or masked. Saving copies a table that is in the lake again. */
export function TableColumnRules({ table }: { table: TableView }) {
  const trpc = useTRPC();
  const pipeline = usePipeline(table.pipelineId).data;
  const refusal = useRefusal()('pipeline:write');
  const { update, key } = useTableVerbs(table);
  const present: ColumnRules = { columns: table.columns, otherColumns: table.otherColumns };
  const [draft, setDraft] = useState<ColumnRules | null>(null);
  const [isAsked, setIsAsked] = useState(false);
  const source = useQuery(
    trpc.sources.tables.queryOptions(
      { id: pipeline?.source.id ?? '' },
      { enabled: pipeline !== undefined, trpc: { context: { slow: true } } },
    ),
  );
  const found = source.data?.items.find((each) => each.schema === table.schema && each.table === table.table);
  const value = draft ?? present;
  const isChanged = draft !== null && !sameRules(draft, present);
  const close = () => setIsAsked(false);
  return (
    <section>
      <h3 className="mb-2 font-semibold">Columns left out or masked</h3>
      {source.isError && <ErrorNote error={source.error} />}
      {source.isPending && <p className="text-sm text-muted">Reading the columns from the source.</p>}
      {found && (
        <>
          <ColumnRuleFields
            columns={found.columns}
            keyColumns={found.key}
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
              Save column rules
            </Button>
            {isChanged && <Button onClick={() => setDraft(null)}>Undo changes</Button>}
          </div>
        </>
      )}
      <ConfirmDialog
        open={isAsked}
        onClose={close}
        title={`Change the columns of ${table.source}?`}
        consequences={[
          'If it is in the lake already, all of its rows are copied again under the new rules.',
          'What is hidden from now on goes from the current columns of the lake; older snapshots have it until they expire.',
          'Dead letters of the table are dropped: the copy shows their rows, or parks them anew.',
        ]}
        stays={['Readers see its other columns until the copy takes its place in one commit.', 'Other tables go on.']}
        action="Save and copy"
        acting="Saving"
        isPending={update.isPending}
        error={update.error}
        onConfirm={() =>
          update.mutate(
            { ...key, ...value },
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

'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { usePipeline } from '@/components/pipeline/use-pipeline.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { useUnsaved } from '@/components/ui/unsaved.ts';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

type Update = Omit<Parameters<ReturnType<typeof useTableVerbs>['update']['mutate']>[0], 'pipelineId' | 'tableId'>;

type Edit<Value> = {
  /** The table as the source has it now. */
  readonly found: SourceTable;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly disabled: boolean;
};

type Props<Value> = {
  readonly table: TableView;
  readonly title: string;
  readonly present: Value;
  readonly isSame: (a: Value, b: Value) => boolean;
  readonly fields: (edit: Edit<Value>) => ReactNode;
  /** Why what is chosen cannot be saved. */
  readonly problem?: (edit: Pick<Edit<Value>, 'found' | 'value'>) => string | null;
  /** The button's word for what is saved. */
  readonly save: string;
  readonly question: string;
  readonly consequences: readonly string[];
  readonly stays: readonly string[];
  readonly change: (value: Value) => Update;
};

/** What of a table is carried, edited beside the source's columns. Saving copies a table that is in the lake again, and asks first. */
export function TableRules<Value>({
  table,
  title,
  present,
  isSame,
  fields,
  problem,
  save,
  change,
  ...asked
}: Props<Value>) {
  const trpc = useTRPC();
  const pipeline = usePipeline(table.pipelineId).data;
  const refusal = useRefusal()('pipeline:write');
  const { update, seen } = useTableVerbs(table);
  const [draft, setDraft] = useState<{ value: Value } | null>(null);
  /** What was saved last: the table has it once the copy that it needs has begun. */
  const [saved, setSaved] = useState<{ value: Value } | null>(null);
  const [isAsked, setIsAsked] = useState(false);
  const judged = useMutation(trpc.sources.preflight.mutationOptions({ trpc: { context: { slow: true } } }));
  const misfits = judged.data?.items.filter(({ code }) => JUDGED.has(code)) ?? [];
  const misfitId = useId();
  const source = useQuery(
    trpc.sources.tables.queryOptions(
      { id: pipeline?.source.id ?? '' },
      { enabled: pipeline !== undefined, trpc: { context: { slow: true } } },
    ),
  );
  const found = source.data?.items.find((each) => each.schema === table.schema && each.table === table.table);
  const waiting = table.requested === 'resync' && saved && !isSame(saved.value, present) ? saved : null;
  const value = (waiting ?? draft)?.value ?? present;
  const isChanged = draft !== null && !waiting && !isSame(draft.value, present);
  useUnsaved(isChanged);
  const close = () => setIsAsked(false);
  /** Nobody is asked to agree to what the source would refuse. */
  const judge = () =>
    judged.mutate(
      { id: pipeline?.source.id ?? '', tables: [{ ...wishesOf(table), ...change(value) }] },
      { onSuccess: ({ items }) => setIsAsked(!items.some(({ code }) => JUDGED.has(code))) },
    );
  const edit = (next: { value: Value } | null) => {
    judged.reset();
    setDraft(next);
  };
  return (
    <section>
      <h3 className="mb-2 font-semibold">{title}</h3>
      {source.isError && <ErrorNote error={source.error} />}
      {source.isPending && <p className="text-sm text-muted">Reading the columns from the source.</p>}
      {source.isSuccess && !found && (
        <p className="text-sm text-muted">The source has no table {table.source} any more.</p>
      )}
      {found && (
        <>
          {fields({
            found,
            value,
            onChange: (next) => edit({ value: next }),
            disabled: refusal !== null || judged.isPending || update.isPending || waiting !== null,
          })}
          {judged.isError && <ErrorNote error={judged.error} />}
          <div id={misfitId} role="alert" className="space-y-1 text-sm empty:hidden">
            {misfits.map(({ message, remedy }) => (
              <p key={message} className="mt-3">
                <span className="text-failed">{message}</span> <span className="text-muted">{remedy}</span>
              </p>
            ))}
          </div>
          <div className="mt-3 flex flex-wrap gap-2">
            <Button
              kind="primary"
              reason={refusal ?? (isChanged ? (problem?.({ found, value }) ?? null) : 'Nothing is changed.')}
              pending={waiting ? 'Waiting for the copy to begin' : judged.isPending && 'Asking the source'}
              aria-describedby={misfits.length > 0 ? misfitId : undefined}
              onClick={judge}
            >
              {save}
            </Button>
            {isChanged && <Button onClick={() => edit(null)}>Undo changes</Button>}
          </div>
        </>
      )}
      <ConfirmDialog
        open={isAsked}
        onClose={close}
        title={asked.question}
        consequences={[
          ...asked.consequences,
          'Dead letters of the table are dropped: the copy shows their rows, or parks them anew.',
        ]}
        stays={[...asked.stays, 'Other tables go on.']}
        action="Save and copy"
        acting="Saving"
        isPending={update.isPending}
        error={update.error}
        onConfirm={() =>
          update.mutate(
            { ...seen, ...change(value) },
            {
              onSuccess: () => {
                setDraft(null);
                setSaved({ value });
                close();
              },
            },
          )
        }
      />
    </section>
  );
}

/** Findings about what is edited here; others are as old as the pipeline. */
const JUDGED: ReadonlySet<string> = new Set(['column_rules', 'row_filter']);

const wishesOf = ({ schema, table, mirror, changelog, where, columns, otherColumns }: TableView) => ({
  schema,
  table,
  mode: mirror && changelog ? ('both' as const) : mirror ? ('mirror' as const) : ('changelog' as const),
  where,
  columns,
  otherColumns,
});

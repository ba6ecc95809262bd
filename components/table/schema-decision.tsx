'use client';

import { useQuery } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import type { SchemaChange } from '@/components/pipeline/pipeline-types.ts';
import { changeText } from '@/components/pipeline/schema-change-text.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

const AT_ONCE = 200;

/** Changed columns that wait for a person or do not fit, and those that the lake ignores so far: each can be decided here. */
export function SchemaDecision({ table }: { table: TableView }) {
  const trpc = useTRPC();
  const of = (action: 'waiting' | 'unfit' | 'ignored') => ({
    pipelineId: table.pipelineId,
    tableId: table.id,
    action,
    sort: 'at' as const,
    limit: AT_ONCE,
  });
  const waiting = useQuery(trpc.pipelines.schemaChanges.queryOptions(of('waiting')));
  const unfit = useQuery(trpc.pipelines.schemaChanges.queryOptions(of('unfit')));
  const ignored = useQuery(trpc.pipelines.schemaChanges.queryOptions(of('ignored')));
  const error = waiting.error ?? unfit.error ?? ignored.error;
  if (error) return <ErrorNote error={error} />;
  const open = [...(unfit.data?.items ?? []), ...(waiting.data?.items ?? [])];
  return (
    <>
      {open.length > 0 && <Waiting table={table} changes={open} />}
      {ignored.data && ignored.data.items.length > 0 && <Ignored table={table} changes={ignored.data.items} />}
    </>
  );
}

type Changes = { readonly table: TableView; readonly changes: readonly SchemaChange[] };

function Waiting({ table, changes }: Changes) {
  const [asked, setAsked] = useState<'approve' | 'refuse' | null>(null);
  const { decide, key } = useTableVerbs(table);
  const reason = useRefusal()('pipeline:operate');
  const copies = changes.some(isUnfit);
  const close = () => setAsked(null);
  const confirm = (decision: 'approve' | 'refuse') =>
    decide.mutate({ ...key, decision, changes: changes.map(({ id }) => id) }, { onSuccess: close });
  const common = { onClose: close, acting: 'Deciding', isPending: decide.isPending, error: decide.error };
  const stays = ['No change of a row is lost: what was kept for the table is carried.', 'Other tables go on.'];
  return (
    <section aria-label="Changed columns that wait" className="rounded-md border border-attention/40 p-3">
      <h3 className="mb-2 font-semibold">Changed columns wait for a decision</h3>
      <ChangeList changes={changes} />
      <div className="mt-3 flex flex-wrap gap-2">
        <Button icon={Check} kind="primary" reason={reason} onClick={() => setAsked('approve')}>
          Approve changes
        </Button>
        <Button icon={X} reason={reason} onClick={() => setAsked('refuse')}>
          Refuse changes
        </Button>
      </div>
      <ConfirmDialog
        {...common}
        open={asked === 'approve'}
        title={`Let the lake follow ${table.source}?`}
        consequences={[
          ...changes.map((change) =>
            isUnfit(change)
              ? MADE_ANEW(nameOf(change))
              : (CONSEQUENCES.approve[change.kind]?.(nameOf(change)) ?? changeText(change)),
          ),
          ...(copies ? ['The table is copied again; its changes wait until the copy is done.'] : []),
        ]}
        stays={
          copies ? [...stays, 'Readers see its present content until the copy takes its place in one commit.'] : stays
        }
        action={copies ? 'Approve and copy' : 'Approve changes'}
        onConfirm={() => confirm('approve')}
      />
      <ConfirmDialog
        {...common}
        open={asked === 'refuse'}
        title={`Leave the lake columns of ${table.source} as they are?`}
        consequences={changes.map((change) => CONSEQUENCES.refuse[change.kind]?.(nameOf(change)) ?? changeText(change))}
        stays={stays}
        action="Refuse changes"
        onConfirm={() => confirm('refuse')}
      />
    </section>
  );
}

function Ignored({ table, changes }: Changes) {
  const [asked, setAsked] = useState<SchemaChange | null>(null);
  const { decide, key } = useTableVerbs(table);
  const reason = useRefusal()('pipeline:operate');
  const close = () => setAsked(null);
  return (
    <section aria-label="Ignored changes of columns">
      <h3 className="mb-2 font-semibold">Ignored by the lake</h3>
      <ul className="divide-y divide-line rounded-md border border-line">
        {changes.map((change) => (
          <li key={change.id} className="flex flex-wrap items-center justify-between gap-2 px-3 py-2 text-sm">
            <span>{changeText(change)}</span>
            {change.kind !== 'column-dropped' && (
              <Button reason={reason} onClick={() => setAsked(change)}>
                Follow after all
              </Button>
            )}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={asked !== null}
        onClose={close}
        title={`Follow ${asked ? changeText(asked) : ''}?`}
        consequences={[
          'Its values are not in the lake, so the table is copied again.',
          'Changes of the table wait until the copy is done.',
        ]}
        stays={['Readers see its present content until the copy takes its place in one commit.']}
        action="Follow and copy"
        acting="Asking"
        isPending={decide.isPending}
        error={decide.error}
        onConfirm={() =>
          asked && decide.mutate({ ...key, decision: 'approve', changes: [asked.id] }, { onSuccess: close })
        }
      />
    </section>
  );
}

const ChangeList = ({ changes }: Pick<Changes, 'changes'>) => (
  <ul className="list-disc space-y-1 pl-5 text-sm">
    {changes.map((change) => (
      <li key={change.id}>{changeText(change)}</li>
    ))}
  </ul>
);

const isUnfit = ({ action, proposed }: SchemaChange): boolean => action === 'unfit' || proposed === 'unfit';

const MADE_ANEW = (column: string): string =>
  `The column ${column} of the lake cannot take its new type, so the copy makes it anew; a changelog keeps the old one as ${column}_dropped.`;

const nameOf = ({ column }: SchemaChange): string => column ?? '';

const CONSEQUENCES: Readonly<Record<'approve' | 'refuse', Partial<Record<string, (column: string) => string>>>> = {
  approve: {
    'column-added': (column) => `The lake gets the column ${column}; rows from before the change have null in it.`,
    'column-dropped': (column) => `The column ${column} stays in the lake and is null from then on.`,
    'column-renamed': (column) => `The column in the lake is renamed to ${column}; queries by the old name fail.`,
    'column-retyped': (column) => `The column ${column} of the lake gets the wider type.`,
  },
  refuse: {
    'column-added': (column) => `The column ${column} is not carried.`,
    'column-dropped': (column) => `The column ${column} stays in the lake and is null from then on.`,
    'column-renamed': (column) => `The column keeps its old name in the lake, and the values of ${column} go there.`,
    'column-retyped': (column) =>
      `The column ${column} keeps its type in the lake; rows with values that do not fit become dead letters, or null by its policy.`,
  },
};

'use client';

import { useState } from 'react';
import { Checkbox } from '@/components/ui/choice.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { fieldError } from '@/components/ui/problem.ts';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

/** A copy has nothing to read for columns that are gone: the mirror's kept values end with it. */
export const DROPPED_COLUMNS =
  'Columns that were dropped on the source stay in the lake, but the values that the mirror still shows in them become null. Older snapshots have them until they expire.';

type Props = { readonly table: TableView; readonly open: boolean; readonly onClose: () => void };

/** Copies a table again, or the rows between two keys; says what readers see meanwhile. */
export function ResyncDialog({ table, open, onClose }: Props) {
  const { key, resync } = useTableVerbs(table);
  const [isPart, setPart] = useState(false);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [isUnbounded, setUnbounded] = useState(false);
  const close = () => {
    resync.reset();
    setUnbounded(false);
    onClose();
  };
  const range = isPart ? { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) } : {};
  const isField = (['from', 'to'] as const).some((field) => fieldError(resync.error, field) !== null);
  return (
    <ConfirmDialog
      open={open}
      onClose={close}
      title={`Resync ${table.source}?`}
      consequences={[
        isPart
          ? 'The rows between two keys are read from the source again.'
          : 'All of its rows are read from the source again.',
        'Its changes wait until the copy is done.',
        ...(table.mirror ? [DROPPED_COLUMNS] : []),
      ]}
      stays={['Readers see its present content until the copy takes its place in one commit.', 'Other tables go on.']}
      action={isPart ? 'Resync part' : 'Resync table'}
      acting="Asking"
      isPending={resync.isPending}
      error={isField ? undefined : resync.error}
      onConfirm={() => {
        // Without bounds, a part would be all of it.
        const lacksBounds = isPart && from === '' && to === '';
        setUnbounded(lacksBounds);
        if (!lacksBounds) resync.mutate({ ...key, ...range }, { onSuccess: close });
      }}
    >
      <Checkbox
        checked={isPart}
        onChange={setPart}
        label="Only a part of it"
        hint="By the first column of its key; what lies outside stays as it is."
        reason={table.state === 'live' ? null : 'Only a live table can be read again in part.'}
      />
      {isPart && (
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label="From this key on"
            optional
            error={isUnbounded ? 'Give one of the two.' : fieldError(resync.error, 'from')}
          >
            <Input value={from} onChange={(event) => setFrom(event.target.value)} autoComplete="off" />
          </Field>
          <Field label="Before this key" optional error={fieldError(resync.error, 'to')}>
            <Input value={to} onChange={(event) => setTo(event.target.value)} autoComplete="off" />
          </Field>
        </div>
      )}
    </ConfirmDialog>
  );
}

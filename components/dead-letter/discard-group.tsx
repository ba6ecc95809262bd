'use client';

import { useState } from 'react';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { Field, Textarea } from '@/components/ui/field.tsx';
import { counted } from '@/components/ui/figures.ts';
import { fieldError } from '@/components/ui/problem.ts';
import type { DeadLetterGroup } from './dead-letter-types.ts';
import { useGroupVerbs } from './use-group-verbs.ts';

type Props = {
  readonly group: DeadLetterGroup;
  readonly chosen: { pipelineId: string; tableId: number; reason: string; column?: string };
  readonly open: boolean;
  readonly onClose: () => void;
};

/** Asks why, since the audit log keeps it. */
export function DiscardGroup({ group, chosen, open, onClose }: Props) {
  const [note, setNote] = useState('');
  const { discard } = useGroupVerbs();
  const rows = counted(group.open, 'row');
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Discard ${rows} of ${group.source}?`}
      consequences={[`These changes are never carried: for ${rows} the lake keeps the older version, or none.`]}
      stays={['The source is not touched.', 'A later change of the same row is carried as usual.']}
      action={`Discard ${rows}`}
      acting="Discarding"
      isDanger
      isPending={discard.isPending}
      error={discard.error}
      onConfirm={() => discard.mutate({ ...chosen, note }, { onSuccess: onClose })}
    >
      <Field label="Why" hint="Kept in the audit log." error={fieldError(discard.error, 'note')}>
        <Textarea rows={2} value={note} onChange={(event) => setNote(event.target.value)} />
      </Field>
    </ConfirmDialog>
  );
}

'use client';

import { useState } from 'react';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { Field, Select } from '@/components/ui/field.tsx';
import { useUnsaved } from '@/components/ui/unsaved.ts';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

const MODES = {
  mirror: { label: 'Mirror: the rows as they are', mirror: true, changelog: false },
  changelog: { label: 'Changelog: every change as a row', mirror: false, changelog: true },
  both: { label: 'Both', mirror: true, changelog: true },
} as const;
type Mode = keyof typeof MODES;
const EFFECTS = { apply: 'Applied', soft: 'Kept, and marked as deleted', ignore: 'Ignored' } as const;
type Effect = keyof typeof EFFECTS;

const isMode = (text: string): text is Mode => text in MODES;
const isEffect = (text: string): text is Effect => text in EFFECTS;
const modeOf = ({ mirror, changelog }: TableView): Mode =>
  mirror && changelog ? 'both' : mirror ? 'mirror' : 'changelog';

/** Which lake tables a table has, and what becomes of deletes and truncates in its mirror. */
export function TableEffects({ table }: { table: TableView }) {
  const refusal = useRefusal()('pipeline:write');
  const { seen, update } = useTableVerbs(table);
  const [mode, setMode] = useState<Mode>(modeOf(table));
  const [onDelete, setOnDelete] = useState<Effect>(table.onDelete);
  const [onTruncate, setOnTruncate] = useState<Effect>(table.onTruncate);
  const [isAsking, setAsking] = useState(false);
  const isChanged = mode !== modeOf(table) || onDelete !== table.onDelete || onTruncate !== table.onTruncate;
  useUnsaved(isChanged);
  const { mirror, changelog } = MODES[mode];
  const effect = (label: string, value: Effect, set: (effect: Effect) => void) => (
    <Field label={label}>
      <Select
        value={value}
        disabled={refusal !== null || !mirror}
        title={refusal ?? (mirror ? undefined : 'A changelog has every delete and truncate as a row.')}
        onChange={({ target }) => isEffect(target.value) && set(target.value)}
      >
        {Object.entries(EFFECTS).map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </Select>
    </Field>
  );
  return (
    <section>
      <h3 className="mb-2 font-semibold">Modes, deletes and truncates</h3>
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label="In the lake as">
          <Select
            value={mode}
            disabled={refusal !== null}
            title={refusal ?? undefined}
            onChange={({ target }) => isMode(target.value) && setMode(target.value)}
          >
            {Object.entries(MODES).map(([name, { label }]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        {effect('Deletes in the mirror', onDelete, setOnDelete)}
        {effect('Truncates in the mirror', onTruncate, setOnTruncate)}
      </div>
      {isChanged && (
        <p className="mt-3">
          <Button kind="primary" onClick={() => setAsking(true)}>
            Save modes
          </Button>
        </p>
      )}
      <ConfirmDialog
        open={isAsking}
        onClose={() => {
          update.reset();
          setAsking(false);
        }}
        title={`Change how ${table.source} is in the lake?`}
        consequences={[
          'What it has not had so far, a mode or deletes that are applied, takes a copy of the table.',
          'A lake table that it has no more is not written any more.',
        ]}
        stays={['Readers see its present content until a copy takes its place in one commit.', 'Other tables go on.']}
        action="Save modes"
        acting="Saving"
        isPending={update.isPending}
        error={update.error}
        onConfirm={() =>
          update.mutate({ ...seen, mirror, changelog, onDelete, onTruncate }, { onSuccess: () => setAsking(false) })
        }
      />
    </section>
  );
}

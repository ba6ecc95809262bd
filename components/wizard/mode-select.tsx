'use client';

import { refusalOf } from '@/components/sources/recommend.ts';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { qualified } from '@/components/sources/table-pattern.ts';
import { Select } from '@/components/ui/field.tsx';
import { type ChosenTable, type ModeChoice, modeOf, withMode } from './wizard-draft.ts';

export const MODE_CHOICES: readonly { readonly value: ModeChoice; readonly label: string }[] = [
  { value: 'mirror', label: 'Mirror' },
  { value: 'changelog', label: 'Changelog' },
  { value: 'both', label: 'Both' },
];

/** The mode of a table, those left out that it cannot have. */
export function ModeSelect({
  table,
  chosen,
  onChange,
}: {
  table: SourceTable;
  chosen: ChosenTable;
  onChange: (table: ChosenTable) => void;
}) {
  const noMirror = refusalOf(table, 'mirror');
  return (
    <Select
      aria-label={`Mode of ${qualified(table)}`}
      value={modeOf(chosen)}
      onChange={(event) => {
        const next = MODE_CHOICES.find(({ value }) => value === event.target.value);
        if (next) onChange(withMode(chosen, next.value));
      }}
      className="h-7! max-w-36 min-w-28 text-sm! max-sm:h-10! max-sm:px-1.5!"
    >
      {MODE_CHOICES.map(({ value, label }) => (
        <option key={value} value={value} disabled={noMirror !== null && value !== 'changelog'}>
          {label}
          {noMirror !== null && value !== 'changelog' ? ' (needs a key)' : ''}
        </option>
      ))}
    </Select>
  );
}

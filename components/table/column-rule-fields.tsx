'use client';

import { useState } from 'react';
import { Field, Input, Select } from '@/components/ui/field.tsx';
import { useColumnFinder } from '@/components/ui/use-column-finder.tsx';
import type { ColumnRule, ColumnRules } from '@/server/domain/column-rules.ts';
import { OrphanedRules, orphansOf } from './orphaned-rules.tsx';

const CHOICES = [
  { value: 'carry', label: 'Carry' },
  { value: 'exclude', label: 'Leave out' },
  { value: 'hash', label: 'Hash' },
  { value: 'redact', label: 'Redact' },
  { value: 'truncate', label: 'First characters' },
] as const;
type Choice = (typeof CHOICES)[number]['value'];

const CHARACTERS = 3;

const ruleOf = (choice: Choice): ColumnRule => (choice === 'truncate' ? { truncate: CHARACTERS } : choice);

type Props = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly keyColumns: readonly string[];
  readonly value: ColumnRules;
  readonly onChange: (value: ColumnRules) => void;
  readonly disabled?: boolean;
};

/** How each column is shown behind the source. Columns of the key are always carried. */
export function ColumnRuleFields({ columns, keyColumns, value, onChange, disabled = false }: Props) {
  const { shown, finder, more } = useColumnFinder(columns);
  const set = (name: string, rule: ColumnRule | undefined) => {
    const { [name]: _, ...others } = value.columns;
    onChange({ ...value, columns: rule === undefined ? others : { ...others, [name]: rule } });
  };
  return (
    <div className="space-y-3">
      <p className="text-sm text-muted">
        What is left out or masked never gets into the buffer, into dead letters or into the lake. A masked column is
        text in the lake; hashes of equal values are equal within the pipeline. NULL stays NULL.
      </p>
      <Field label="Columns without a choice" hint="Also those that are added later.">
        <Select
          value={value.otherColumns}
          disabled={disabled}
          onChange={({ target }) =>
            onChange({ ...value, otherColumns: target.value === 'exclude' ? 'exclude' : 'carry' })
          }
        >
          <option value="carry">Carry</option>
          <option value="exclude">Leave out</option>
        </Select>
      </Field>
      <OrphanedRules names={orphansOf(columns, value)} value={value} onChange={onChange} disabled={disabled} />
      {finder}
      <div className="grid gap-3 sm:grid-cols-2">
        {shown.map(({ name, type }) => {
          const rule = value.columns[name];
          const isKey = keyColumns.includes(name);
          return (
            <div key={name}>
              <Field
                label={<code className="font-mono text-xs">{name}</code>}
                hint={isKey ? 'Part of the key: always carried.' : type}
              >
                <Select
                  aria-label={`Rule of ${name}`}
                  value={rule === undefined ? '' : typeof rule === 'string' ? rule : 'truncate'}
                  disabled={disabled || isKey}
                  onChange={({ target }) => {
                    const choice = CHOICES.find((one) => one.value === target.value);
                    set(name, choice ? ruleOf(choice.value) : undefined);
                  }}
                >
                  <option value="">As the others</option>
                  {CHOICES.map((choice) => (
                    <option key={choice.value} value={choice.value}>
                      {choice.label}
                    </option>
                  ))}
                </Select>
              </Field>
              {typeof rule === 'object' && (
                <CharactersInput
                  label={`Characters of ${name}`}
                  value={rule.truncate}
                  disabled={disabled}
                  onChange={(truncate) => set(name, { truncate })}
                />
              )}
            </div>
          );
        })}
      </div>
      {more}
    </div>
  );
}

type CharactersProps = {
  readonly label: string;
  readonly value: number;
  readonly disabled: boolean;
  readonly onChange: (value: number) => void;
};

/** A number from 1 to 1,000. What is being typed stays as it is; only what is one counts, and leaving shows what counts. */
function CharactersInput({ label, value, disabled, onChange }: CharactersProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Input
      aria-label={label}
      aria-invalid={typed !== null && toCharacters(typed) === null ? true : undefined}
      inputMode="numeric"
      value={typed ?? String(value)}
      disabled={disabled}
      className="mt-2 w-20"
      onChange={({ target }) => {
        setTyped(target.value);
        const characters = toCharacters(target.value);
        if (characters !== null) onChange(characters);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

const toCharacters = (text: string): number | null => {
  const characters = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
  return characters >= 1 && characters <= 1_000 ? characters : null;
};

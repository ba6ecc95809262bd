'use client';

import { Field, Select } from '@/components/ui/field.tsx';
import {
  DECIDED_KINDS,
  type DecidedKind,
  type SchemaChoice,
  type SchemaPolicy,
} from '@/server/domain/schema-policy.ts';

const KINDS: Readonly<Record<DecidedKind, string>> = {
  'column-added': 'A column is added',
  'column-dropped': 'A column is dropped',
  'column-renamed': 'A column is renamed',
  'column-retyped': 'A column gets another type',
};

const CHOICES: readonly { readonly value: SchemaChoice; readonly label: string }[] = [
  { value: 'apply', label: 'Follow' },
  { value: 'pause', label: 'Wait for a decision' },
  { value: 'ignore', label: 'Ignore' },
];

type Props = {
  readonly value: SchemaPolicy;
  readonly onChange: (value: SchemaPolicy) => void;
  /** What a kind that is left out means; such a choice is offered where it is given. */
  readonly otherwise?: string;
  readonly disabled: boolean;
  readonly title?: string | undefined;
};

/** What is done about each kind of change of the source's columns. */
export function SchemaPolicyFields({ value, onChange, otherwise, disabled, title }: Props) {
  return DECIDED_KINDS.map((kind) => (
    <Field key={kind} label={KINDS[kind]}>
      <Select
        value={value[kind] ?? (otherwise === undefined ? 'apply' : '')}
        disabled={disabled}
        title={title}
        onChange={({ target }) => {
          const { [kind]: _, ...others } = value;
          const choice = CHOICES.find((one) => one.value === target.value);
          onChange(choice ? { ...others, [kind]: choice.value } : others);
        }}
      >
        {otherwise !== undefined && <option value="">{otherwise}</option>}
        {CHOICES.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
    </Field>
  ));
}

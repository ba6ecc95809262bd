'use client';

import { ListFilter, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Input, Select } from '@/components/ui/field.tsx';
import { CONDITION_OPERATORS, type ConditionOperator } from '@/server/domain/copy-scope.ts';

export type PreviewCondition = {
  readonly column: string;
  readonly operator: ConditionOperator;
  /** Absent for `is null` and `is not null`. */
  readonly value?: string;
};

const takesValue = (operator: ConditionOperator): boolean => !operator.startsWith('is ');

export const toOperator = (text: string | null): ConditionOperator =>
  CONDITION_OPERATORS.find((one) => one === text) ?? '=';

type Props = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** What the rows below meet; null for all rows. */
  readonly condition: PreviewCondition | null;
  /** Why it was refused; null when it was not. */
  readonly error: string | null;
  readonly onApply: (condition: PreviewCondition | null) => void;
};

/** One condition on the rows of the preview. Nothing is read before it is applied, since every reading is on record. */
export function PreviewFilter({ columns, condition, error, onApply }: Props) {
  const [column, setColumn] = useState(condition?.column ?? columns[0]?.name ?? '');
  const [operator, setOperator] = useState<ConditionOperator>(condition?.operator ?? '=');
  const [value, setValue] = useState(condition?.value ?? '');
  const isList = columns.find(({ name }) => name === column)?.type.includes('<') ?? false;
  const operators = isList ? CONDITION_OPERATORS.filter((one) => !takesValue(one)) : CONDITION_OPERATORS;
  const chosen = operators.includes(operator) ? operator : 'is null';
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onApply({ column, operator: chosen, ...(takesValue(chosen) ? { value } : {}) });
      }}
    >
      <Select
        aria-label="Column"
        value={column}
        className="w-auto! max-w-56"
        onChange={({ target }) => setColumn(target.value)}
      >
        {!columns.some(({ name }) => name === column) && <option value={column}>{column}</option>}
        {columns.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Operator"
        value={chosen}
        className="w-auto!"
        onChange={({ target }) => setOperator(toOperator(target.value))}
      >
        {operators.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Select>
      {takesValue(chosen) && (
        <Input
          aria-label="Value"
          aria-invalid={error !== null}
          placeholder="Value, as the rows show it"
          value={value}
          maxLength={1_000}
          spellCheck={false}
          autoComplete="off"
          className="w-56! font-mono"
          onChange={({ target }) => setValue(target.value)}
        />
      )}
      <Button type="submit" icon={ListFilter} reason={column === '' ? 'The table has no column.' : null}>
        Filter rows
      </Button>
      {condition && (
        <Button kind="ghost" icon={X} onClick={() => onApply(null)}>
          Show all rows
        </Button>
      )}
      {error && (
        <p role="alert" className="w-full text-xs text-failed">
          {error}
        </p>
      )}
    </form>
  );
}

'use client';

import { Plus, X } from 'lucide-react';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { Button } from '@/components/ui/button.tsx';
import { Input, Select } from '@/components/ui/field.tsx';
import { CONDITION_OPERATORS, type RowCondition } from '@/server/domain/copy-scope.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { sqlTable } from '@/server/domain/sql-name.ts';
import { filterColumns } from './filter-columns.ts';

const takesValue = (operator: RowCondition['operator']): boolean => !operator.startsWith('is ');

type Props = {
  readonly table: SourceTable;
  readonly value: RowFilter;
  readonly onChange: (value: RowCondition[]) => void;
  readonly disabled?: boolean;
};

/** Which rows are carried: those that meet all conditions. */
export function RowFilterFields({ table, value, onChange, disabled = false }: Props) {
  const offered = filterColumns(table);
  const [first] = offered;
  const set = (at: number, changed: Partial<RowCondition>) =>
    onChange(value.map((one, index) => (index === at ? withValue({ ...one, ...changed }) : one)));
  return (
    <div className="space-y-3">
      <p className="text-sm text-muted">
        Rows that do not meet all conditions stay on the source: PostgreSQL leaves them out of the stream and of the
        copy. A row that begins to meet them arrives as an insert, one that no longer does leaves as a delete.
      </p>
      {value.length === 0 && <p className="text-sm">All rows are carried.</p>}
      <ul className="space-y-2">
        {value.map(({ column, operator, value: text }, at) => (
          <li key={at} className="grid grid-cols-[1fr_auto] items-center gap-2 sm:grid-cols-[2fr_auto_3fr_auto]">
            <Select
              aria-label={`Column of condition ${at + 1}`}
              value={column}
              disabled={disabled}
              onChange={({ target }) => set(at, { column: target.value })}
            >
              {!offered.includes(column) && <option value={column}>{column}</option>}
              {offered.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
            <Select
              aria-label={`Operator of condition ${at + 1}`}
              value={operator}
              disabled={disabled}
              className="w-30"
              onChange={({ target }) =>
                set(at, { operator: CONDITION_OPERATORS.find((one) => one === target.value) ?? '=' })
              }
            >
              {CONDITION_OPERATORS.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </Select>
            {takesValue(operator) && (
              <Input
                aria-label={`Value of condition ${at + 1}`}
                value={text ?? ''}
                disabled={disabled}
                spellCheck={false}
                autoComplete="off"
                className="font-mono"
                onChange={({ target }) => set(at, { value: target.value })}
              />
            )}
            <Button
              kind="ghost"
              icon={X}
              className="col-start-2 justify-self-start sm:col-start-4"
              aria-label={`Take condition ${at + 1} away`}
              reason={disabled ? 'Nothing can be changed now.' : null}
              onClick={() => onChange(value.filter((_, index) => index !== at))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <Button
        icon={Plus}
        reason={refusal({ disabled, first, isFull: value.length >= CONDITIONS_MAX })}
        onClick={() => first !== undefined && onChange([...value, { column: first, operator: '=', value: '' }])}
      >
        Add condition
      </Button>
      {offered.length < table.columns.length && (
        <p className="text-xs text-muted">
          {table.kind === 'partitioned'
            ? 'A partitioned table is filtered by columns of its primary key.'
            : `Other columns can be named after ALTER TABLE ${sqlTable(table)} REPLICA IDENTITY FULL on the source.`}
        </p>
      )}
    </div>
  );
}

const CONDITIONS_MAX = 20;

const withValue = (condition: RowCondition): RowCondition => ({
  ...condition,
  value: takesValue(condition.operator) ? (condition.value ?? '') : null,
});

function refusal({ disabled, first, isFull }: { disabled: boolean; first: string | undefined; isFull: boolean }) {
  if (disabled) return 'Nothing can be changed now.';
  if (first === undefined) return 'The server sends no column of old rows that could be compared.';
  return isFull ? `There are ${CONDITIONS_MAX} conditions already.` : null;
}

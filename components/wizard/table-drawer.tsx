'use client';

import { MODE_WORDS, recommend, refusalOf } from '@/components/sources/recommend.ts';
import { SourceTableFacts } from '@/components/sources/source-table-facts.tsx';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { qualified } from '@/components/sources/table-pattern.ts';
import { ColumnRuleFields } from '@/components/table/column-rule-fields.tsx';
import { RowFilterFields } from '@/components/table/row-filter-fields.tsx';
import { Checkbox, RadioCards } from '@/components/ui/choice.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { Field, Input, Select } from '@/components/ui/field.tsx';
import { bytesText, counted } from '@/components/ui/figures.ts';
import { lakeNameError } from './lake-name-error.ts';
import { type ChosenTable, lakeTables, modeOf, usualLakeName, withMode } from './wizard-draft.ts';

/** One table: whether and how it is kept, its name in the lake, and what happens to values that do not fit. */
export function TableDrawer({
  table,
  chosen,
  onChange,
  onToggle,
  onClose,
}: {
  table: SourceTable | undefined;
  chosen: ChosenTable | undefined;
  onChange: (table: ChosenTable) => void;
  onToggle: (isOn: boolean) => void;
  onClose: () => void;
}) {
  return (
    <Drawer
      open={table !== undefined}
      onClose={onClose}
      title={table ? qualified(table) : ''}
      description={table && `${counted(table.columns.length, 'column')}, ${bytesText(table.bytes)}`}
    >
      {table && (
        <div className="space-y-6">
          <Checkbox
            checked={chosen !== undefined}
            onChange={onToggle}
            label="Replicate this table"
            reason={recommend(table).mode === null ? recommend(table).reason : null}
          />
          {chosen && <Decisions table={table} chosen={chosen} onChange={onChange} />}
          <SourceTableFacts table={table} />
        </div>
      )}
    </Drawer>
  );
}

type Props = { table: SourceTable; chosen: ChosenTable; onChange: (table: ChosenTable) => void };

function Decisions({ table, chosen, onChange }: Props) {
  const noMirror = refusalOf(table, 'mirror');
  return (
    <>
      <RadioCards
        label="Mode"
        value={modeOf(chosen)}
        onChange={(mode) => onChange(withMode(chosen, mode))}
        choices={[
          { value: 'mirror', label: MODE_WORDS.mirror.word, hint: MODE_WORDS.mirror.about, reason: noMirror },
          { value: 'changelog', label: MODE_WORDS.changelog.word, hint: MODE_WORDS.changelog.about },
          { value: 'both', label: 'Both', hint: 'A mirror, and its history beside it.', reason: noMirror },
        ]}
      />
      <Field
        label="Name in the lake"
        hint={`Tables: ${lakeTables(chosen).join(' and ')}`}
        error={lakeNameError(chosen)}
      >
        <Input
          value={chosen.lakeName}
          onChange={(event) => onChange({ ...chosen, lakeName: event.target.value })}
          placeholder={usualLakeName(chosen)}
          spellCheck={false}
          autoComplete="off"
          className="font-mono"
        />
      </Field>
      <Policies table={table} chosen={chosen} onChange={onChange} />
      <details>
        <summary className="text-sm font-medium">
          Rows that are carried ({chosen.where.length === 0 ? 'all' : counted(chosen.where.length, 'condition')})
        </summary>
        <div className="mt-2">
          <RowFilterFields table={table} value={chosen.where} onChange={(where) => onChange({ ...chosen, where })} />
        </div>
      </details>
      <details>
        <summary className="text-sm font-medium">Columns left out or masked</summary>
        <div className="mt-2">
          <ColumnRuleFields
            columns={table.columns}
            keyColumns={table.key}
            value={{ columns: chosen.columns, otherColumns: chosen.otherColumns }}
            onChange={(rules) => onChange({ ...chosen, ...rules })}
          />
        </div>
      </details>
    </>
  );
}

const POLICIES = [
  { value: 'dead-letter', label: 'Park the row as a dead letter' },
  { value: 'string', label: 'Keep the column as text' },
  { value: 'null', label: 'Leave the value out' },
] as const;

/** Types whose values an Iceberg column may not be able to hold: NaN, infinity, years before 1, several dimensions. */
const MAY_NOT_FIT = /^(numeric|date|timestamp|time |interval|.*\[\])/;

function Policies({ table, chosen, onChange }: Props) {
  const key = new Set(table.key);
  const columns = table.columns.filter(({ name, type }) => MAY_NOT_FIT.test(type) && !key.has(name));
  if (columns.length === 0) return null;
  return (
    <details>
      <summary className="text-sm font-medium">Values that do not fit ({counted(columns.length, 'column')})</summary>
      <p className="mt-1 text-sm text-muted">
        PostgreSQL allows infinity, NaN and lists of several dimensions where Iceberg does not. By default such a row
        waits as a dead letter until you decide.
      </p>
      <div className="mt-3 space-y-3">
        {columns.map(({ name, type }) => (
          <Field key={name} label={<code className="font-mono text-xs">{name}</code>} hint={type}>
            <Select
              value={chosen.policies[name] ?? 'dead-letter'}
              onChange={(event) => {
                const policy = POLICIES.find(({ value }) => value === event.target.value)?.value;
                const { [name]: _, ...rest } = chosen.policies;
                const isUsual = policy === undefined || policy === 'dead-letter';
                onChange({ ...chosen, policies: isUsual ? rest : { ...rest, [name]: policy } });
              }}
            >
              {POLICIES.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          </Field>
        ))}
      </div>
    </details>
  );
}

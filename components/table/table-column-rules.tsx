import { type ColumnRules, sameRules } from '@/server/domain/column-rules.ts';
import { ColumnRuleFields } from './column-rule-fields.tsx';
import { orphansOf } from './orphaned-rules.tsx';
import { TableRules } from './table-rules.tsx';
import type { TableView } from './table-types.ts';

/** Columns that are left out or masked. */
export function TableColumnRules({ table }: { table: TableView }) {
  return (
    <TableRules<ColumnRules>
      table={table}
      title="Columns left out or masked"
      present={{ columns: table.columns, otherColumns: table.otherColumns }}
      isSame={sameRules}
      fields={({ found, ...edit }) => <ColumnRuleFields columns={found.columns} keyColumns={found.key} {...edit} />}
      problem={({ found, value }) =>
        orphansOf(found.columns, value).length > 0 ? 'Remove the rules of columns that are gone first.' : null
      }
      save="Save column rules"
      question={`Change the columns of ${table.source}?`}
      consequences={[
        'If it is in the lake already, all of its rows are copied again under the new rules.',
        'What is hidden from now on goes from the current columns of the lake; older snapshots have it until they expire.',
      ]}
      stays={['Readers see its other columns until the copy takes its place in one commit.']}
      change={(rules) => rules}
    />
  );
}

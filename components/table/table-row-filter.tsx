import { sameFilter } from '@/server/domain/row-filter.ts';
import { RowFilterFields } from './row-filter-fields.tsx';
import { TableRules } from './table-rules.tsx';
import type { TableView } from './table-types.ts';

/** Which rows are carried. */
export function TableRowFilter({ table }: { table: TableView }) {
  return (
    <TableRules
      table={table}
      title="Rows that are carried"
      present={table.where}
      isSame={sameFilter}
      fields={({ found, ...edit }) => <RowFilterFields table={found} {...edit} />}
      save="Save row filter"
      question={`Change the rows of ${table.source}?`}
      consequences={[
        'If it is in the lake already, its rows are copied again under the new filter.',
        'Rows that do not meet it leave the mirror with that copy; older snapshots and the changelog keep them.',
      ]}
      stays={['Readers see its present rows until the copy takes their place in one commit.']}
      change={(where) => ({ where })}
    />
  );
}

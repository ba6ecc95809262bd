import type { ColumnRules } from '@/server/domain/column-rules.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import type { SourceConnection } from '@/server/postgres/connect.ts';
import { type Finding, preflight } from '@/server/postgres/preflight.ts';
import type { NewTable } from './pipeline-input.ts';

/** What of a table the source is asked about. */
export type CheckedTable = Pick<NewTable, 'schema' | 'table' | 'mirror' | 'changelog'> &
  Partial<Pick<NewTable, 'policies'>> &
  ColumnRules & { readonly where: RowFilter };

/** What the source says of tables as a pipeline would have them: the same for whoever only looks, adds or starts. */
export const sourceFindings = (source: SourceConnection, tables: readonly CheckedTable[]): Promise<Finding[]> =>
  preflight(source, {
    applicationName: 'philotes_preflight',
    tables: tables.map(({ schema, table, mirror, changelog, columns, otherColumns, where, policies = {} }) => ({
      rules: { columns, otherColumns },
      where,
      policies,
      schema,
      table,
      mode: mirror && changelog ? 'both' : mirror ? 'mirror' : 'changelog',
    })),
  });

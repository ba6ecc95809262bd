import type { ControlDeps } from '@/server/control-deps.ts';
import type { ColumnRules } from '@/server/domain/column-rules.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { preflight } from '@/server/postgres/preflight.ts';
import { openSource } from '@/server/sources/open-source.ts';
import type { NewTable } from './pipeline-input.ts';

type Wanted = {
  readonly sourceId: string;
  readonly tables: readonly (Pick<NewTable, 'schema' | 'table' | 'mirror' | 'changelog'> &
    Partial<Pick<NewTable, 'policies'>> &
    ColumnRules & { readonly where: RowFilter })[];
  /** Look at these findings alone. */
  readonly only?: readonly ('column_rules' | 'row_filter')[];
};

/** Looks at the source and refuses tables that cannot work, with every finding. Throws PREFLIGHT_REFUSED. */
export async function refuseUnfitTables(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  { sourceId, tables, only }: Wanted,
): Promise<void> {
  const findings = await preflight(await openSource(deps, sourceId), {
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
  const errors = findings.filter(
    ({ severity, code }) => severity === 'error' && (only === undefined || only.some((one) => one === code)),
  );
  if (errors.length === 0) return;
  const lines = errors.map(({ subject, message, remedy }) => `${subject}: ${message} ${remedy}`);
  throw new AppError('PREFLIGHT_REFUSED', lines.join('\n'));
}

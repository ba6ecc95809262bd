import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { type CheckedTable, sourceFindings } from './source-findings.ts';

type Wanted = {
  readonly sourceId: string;
  readonly tables: readonly CheckedTable[];
  /** Look at these findings alone. */
  readonly only?: readonly ('column_rules' | 'row_filter')[];
};

/** Looks at the source and refuses tables that cannot work, with every finding. Throws PREFLIGHT_REFUSED. */
export async function refuseUnfitTables(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  { sourceId, tables, only }: Wanted,
): Promise<void> {
  const findings = await sourceFindings(await openSource(deps, sourceId), tables);
  const errors = findings.filter(
    ({ severity, code }) => severity === 'error' && (only === undefined || only.some((one) => one === code)),
  );
  if (errors.length === 0) return;
  const lines = errors.map(({ subject, message, remedy }) => `${subject}: ${message} ${remedy}`);
  throw new AppError('PREFLIGHT_REFUSED', lines.join('\n'));
}

import type { ColumnRules } from '@/server/domain/column-rules.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import type { ValuePolicy } from '@/server/domain/value-type.ts';
import { openSourceSession, type SourceConnection } from './connect.ts';
import { type DiscoveredTable, discoverTables } from './discover.ts';
import { serverFindings } from './preflight-server.ts';
import { tableFindings } from './preflight-tables.ts';

/** One thing to know before a pipeline starts. Errors prevent the start; warnings have consequences; info explains. */
export type Finding = {
  /** Stable, for documentation and tests: `wal_level`, `no_key` ... */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** The server setting, role or `schema.table` (with a column) that it is about. */
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
};

export type PreflightTable = {
  readonly schema: string;
  readonly table: string;
  readonly mode: TableMode;
  readonly rules?: ColumnRules;
  /** What happens to values that do not fit, by column name. */
  readonly policies?: Readonly<Record<string, ValuePolicy>>;
  readonly where?: RowFilter;
};
export type TableMode = 'mirror' | 'changelog' | 'both';

/**
 * Checks a source and the tables chosen from it, without changing anything there. Throws only when the source cannot be
 * asked at all (SOURCE_UNREACHABLE, SOURCE_REFUSED, SOURCE_SETTINGS).
 */
export async function preflight(
  source: SourceConnection,
  options: {
    applicationName: string;
    tables: readonly PreflightTable[];
    connectTimeoutMs?: number;
    queryTimeoutMs?: number;
  },
): Promise<Finding[]> {
  const { tables, ...how } = options;
  await using session = await openSourceSession(source, how);
  await using second = await openSourceSession(source, how);
  const findings = await serverFindings(session.client, second.client);
  const schemas = [...new Set(tables.map((table) => table.schema))];
  const discovered = await discoverTables(session.client, { schemas });
  const byName = new Map(discovered.map((table) => [nameOf(table), table]));
  const chosen = tables.map((table) => ({ ...table, found: byName.get(`${table.schema}.${table.table}`) }));
  return [...findings, ...(await tableFindings(session.client, chosen))].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

const SEVERITIES = ['error', 'warning', 'info'];

const nameOf = (table: DiscoveredTable): string => `${table.schema.schema}.${table.schema.table}`;

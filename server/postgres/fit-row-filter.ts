import type { Client } from 'pg';
import { escapeLiteral } from 'pg';
import type { RowCondition } from '@/server/domain/copy-scope.ts';
import { type BoundFilter, conditionText, type RowFilter } from '@/server/domain/row-filter.ts';
import { sqlTable } from '@/server/domain/sql-name.ts';
import type { SourceColumn } from '@/server/domain/table-schema.ts';
import type { DiscoveredTable } from './discover.ts';
import { sourceError, sqlState } from './source-error.ts';

/** Why a table's rows cannot be filtered like this, and what helps. */
export type FilterMisfit = { readonly reason: string; readonly remedy: string };

type Filterable = Pick<DiscoveredTable, 'schema' | 'kind' | 'keyDeferrable' | 'generatedColumns'>;

/**
 * Ties a filter to the columns of the present names, with values as the server prints them. It changes nothing. What
 * PostgreSQL would refuse in a publication is told before (manual: CREATE PUBLICATION), and so is what it would accept and
 * then punish: a column outside the replica identity makes the source's own updates and deletes fail.
 */
export async function fitRowFilter(
  client: Client,
  { table, filter }: { table: Filterable; filter: RowFilter },
): Promise<BoundFilter | FilterMisfit> {
  const misfit = serverMisfit(await serverVersion(client)) ?? filterMisfit(table, filter);
  if (misfit) return misfit;
  const conditions: BoundFilter['conditions'][number][] = [];
  for (const condition of filter) {
    const column = table.schema.columns.find(({ name }) => name === condition.column);
    const value = column && (await printedValue(client, { column, condition }));
    if (typeof value === 'object' && value !== null) return value;
    conditions.push({ attnum: column?.attnum ?? 0, operator: condition.operator, value: value ?? null });
  }
  return { oid: table.schema.oid, conditions, published: null };
}

export const isMisfit = (fitted: BoundFilter | FilterMisfit): fitted is FilterMisfit => 'reason' in fitted;

async function serverVersion(client: Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int4 AS version`,
  );
  return rows[0]?.version ?? 0;
}

/** From these minor releases on, the stream follows a publication that changes while rows are written. */
const FOLLOWS_CHANGES: Readonly<Record<number, number>> = { 15: 13, 16: 9, 17: 5 };

/** What speaks against filters on this server at all, by `server_version_num`. */
export function serverMisfit(version: number): FilterMisfit | null {
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000];
  if (major < 15) {
    return {
      reason: `the server is PostgreSQL ${major}, and publications filter rows from 15 on`,
      remedy: 'Upgrade the server, or carry all rows.',
    };
  }
  const needed = FOLLOWS_CHANGES[major];
  if (needed === undefined || minor >= needed) return null;
  return {
    reason: `PostgreSQL ${major}.${minor} may go on with an old filter after it was changed`,
    remedy: `Update the server to ${major}.${needed} or later, or carry all rows.`,
  };
}

/** What speaks against a filter, as far as the catalog tells. */
export function filterMisfit(table: Filterable, filter: RowFilter): FilterMisfit | null {
  for (const condition of filter) {
    const reason = conditionMisfit(table, condition);
    if (reason) return { ...reason, reason: `"${conditionText(condition)}": ${reason.reason}` };
  }
  return null;
}

function conditionMisfit(table: Filterable, condition: RowCondition): FilterMisfit | null {
  const { schema, generatedColumns } = table;
  const column = schema.columns.find(({ name }) => name === condition.column);
  if (generatedColumns.includes(condition.column)) {
    return { reason: `${condition.column} is a generated column`, remedy: 'Name the columns that it is made of.' };
  }
  if (!column) {
    return { reason: `the table has no column ${condition.column}`, remedy: 'Correct the name (case matters).' };
  }
  return typeMisfit(column, condition) ?? identityMisfit(table, column);
}

/** Object ids from here on are of what users made (manual: system catalogs). */
const FIRST_USER_OID = 16_384;

/** bool bytea "char" name int8 int2 int4 text oid cidr float4 float8 money macaddr8 macaddr inet bpchar varchar date time timestamp timestamptz interval timetz bit varbit numeric uuid */
const COMPARABLE: ReadonlySet<number> = new Set([
  16, 17, 18, 19, 20, 21, 23, 25, 26, 650, 700, 701, 774, 790, 829, 869, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1266,
  1560, 1562, 1700, 2950,
]);
const OF_TIME: ReadonlySet<number> = new Set([1082, 1083, 1114, 1184, 1266]);

function typeMisfit({ typeOid, typeName }: SourceColumn, { operator, value }: RowCondition): FilterMisfit | null {
  const isTested = operator === 'is null' || operator === 'is not null';
  if (isTested ? typeOid >= FIRST_USER_OID : !COMPARABLE.has(typeOid)) {
    return {
      reason: `a publication cannot ${isTested ? 'test' : 'compare'} values of type ${typeName}`,
      remedy: 'Filter by a column of a built-in type: a number, a text, a time, a boolean or a uuid.',
    };
  }
  if (value !== null && OF_TIME.has(typeOid) && /now|today|tomorrow|yesterday/i.test(value)) {
    return { reason: 'its value would change with time', remedy: 'Give the date or the time itself.' };
  }
  return null;
}

/** Partitions that are made later identify their rows by the primary key, whatever the others do. */
function identityMisfit({ schema, kind, keyDeferrable }: Filterable, column: SourceColumn): FilterMisfit | null {
  const name = sqlTable(schema);
  const { replicaIdentity } = schema;
  const isInKey = column.keyOrdinal !== null && !keyDeferrable && replicaIdentity !== 'n';
  if (kind === 'partitioned') {
    if (isInKey && replicaIdentity !== 'i') return null;
    return {
      reason: `${column.name} is not part of the primary key, so updates and deletes in new partitions would fail on the source`,
      remedy: `Filter ${name}, which is partitioned, by columns of its primary key.`,
    };
  }
  if (isInKey || replicaIdentity === 'f') return null;
  return {
    reason: `${column.name} is not part of the replica identity, so the source's own updates and deletes would fail`,
    remedy: `ALTER TABLE ${name} REPLICA IDENTITY FULL (more WAL), or filter by columns of its key.`,
  };
}

/** What the column's type makes of a value, under the pinned settings, so that every later reader makes the same of it. */
async function printedValue(
  client: Client,
  { column, condition }: { column: SourceColumn; condition: RowCondition },
): Promise<string | null | FilterMisfit> {
  const { value } = condition;
  if (value === null) return null;
  try {
    // Without the modifier of the column's type: it would cut the value off.
    const named = await client.query<{ type: string }>('SELECT format_type($1::oid, -1) AS type', [column.typeOid]);
    const { rows } = await client.query<{ text: string }>(
      `SELECT (${escapeLiteral(value)}::${named.rows[0]?.type})::text AS text`,
    );
    return rows[0]?.text ?? null;
  } catch (error) {
    if (!sqlState(error)?.startsWith('22')) throw sourceError(error, 'reading a value of a row filter');
    return {
      reason: `"${conditionText(condition)}": the value is none of type ${column.typeName}`,
      remedy: `Write it as PostgreSQL reads a ${column.typeName}.`,
    };
  }
}

import type { Client } from 'pg';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import { resolveTypes } from './value-types.ts';

/** A table of the source as its catalog shows it now, with what decides whether and how it can be replicated. */
export type DiscoveredTable = {
  readonly schema: TableSchema;
  readonly kind: 'table' | 'partitioned' | 'view' | 'materialized view' | 'foreign table';
  /** The planner's estimate; null when the table was never analysed. */
  readonly rowEstimate: number | null;
  readonly bytes: number;
  /** The partitioned table that a partition belongs to; it is replicated through that one. */
  readonly partitionRootOid: number | null;
  readonly unlogged: boolean;
  readonly publishable: { readonly ok: true } | { readonly ok: false; readonly reason: string };
  /** The key can hold duplicates until commit, so it does not identify a row in mid-transaction. */
  readonly keyDeferrable: boolean;
  /** Columns that are not replicated because the server does not send them. */
  readonly generatedColumns: readonly string[];
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean };
  readonly selectable: boolean;
};

/** All tables and look-alikes of the given schemas (default: all but the system's), ordered by name. */
export async function discoverTables(
  client: Client,
  options: { schemas?: readonly string[] } = {},
): Promise<DiscoveredTable[]> {
  return discover(client, { schemas: options.schemas ?? null, oid: null });
}

/** One table by its pg_class oid; null when it no longer exists. */
export async function discoverTable(client: Client, oid: number): Promise<DiscoveredTable | null> {
  const [table] = await discover(client, { schemas: null, oid });
  return table ?? null;
}

type Scope = { schemas: readonly string[] | null; oid: number | null };

async function discover(client: Client, scope: Scope): Promise<DiscoveredTable[]> {
  const tables = await selectTables(client, scope);
  const columns = await selectColumns(
    client,
    tables.map((table) => table.oid),
  );
  const types = await resolveTypes(
    client,
    columns.map((column) => ({ typeOid: column.atttypid, typmod: column.atttypmod })),
  );
  const byTable = new Map<number, { sent: SourceColumn[]; generated: string[] }>();
  for (const table of tables) byTable.set(table.oid, { sent: [], generated: [] });
  columns.forEach((column, index) => {
    const target = byTable.get(column.attrelid);
    const type = types[index];
    if (!target || !type) return;
    if (column.attgenerated !== '') target.generated.push(column.attname);
    else
      target.sent.push({
        attnum: column.attnum,
        name: column.attname,
        typeName: type.typeName,
        typeOid: column.atttypid,
        typmod: column.atttypmod,
        type: type.type,
        notNull: column.attnotnull,
        keyOrdinal: column.key_ordinal,
        ...(column.filled ? { filled: true } : {}),
      });
  });
  return tables.map((table) => describe(table, byTable.get(table.oid) ?? { sent: [], generated: [] }));
}

type TableRow = {
  oid: number;
  nspname: string;
  relname: string;
  relkind: 'r' | 'p' | 'v' | 'm' | 'f';
  relpersistence: string;
  relreplident: 'd' | 'f' | 'i' | 'n';
  row_estimate: number;
  bytes: string;
  root: number | null;
  relrowsecurity: boolean;
  relforcerowsecurity: boolean;
  selectable: boolean;
  key_deferrable: boolean;
};

async function selectTables(client: Client, scope: Scope): Promise<TableRow[]> {
  const { rows } = await client.query<TableRow>(
    `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relreplident,
            CASE WHEN c.relkind = 'p'
                 THEN (SELECT coalesce(sum(greatest(l.reltuples, 0)), 0)
                         FROM pg_partition_tree(c.oid) p JOIN pg_class l ON l.oid = p.relid WHERE p.isleaf)
                 ELSE c.reltuples END::float8 AS row_estimate,
            CASE WHEN c.relkind = 'p'
                 THEN (SELECT coalesce(sum(pg_table_size(p.relid)), 0) FROM pg_partition_tree(c.oid) p WHERE p.isleaf)
                 WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid)
                 ELSE 0 END::text AS bytes,
            CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid END AS root,
            c.relrowsecurity, c.relforcerowsecurity,
            has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS selectable,
            coalesce(NOT k.indimmediate, false) AS key_deferrable
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_index k ON k.indrelid = c.oid AND ${IS_KEY_INDEX}
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        AND ($1::oid IS NULL OR c.oid = $1::oid)
        AND ($2::text[] IS NULL OR n.nspname = ANY($2::text[]))
      ORDER BY n.nspname, c.relname`,
    [scope.oid, scope.schemas],
  );
  return rows;
}

/** The replica identity's index, or the primary key under identity FULL: it still tells rows apart. */
const IS_KEY_INDEX = `k.indisvalid AND CASE c.relreplident
  WHEN 'd' THEN k.indisprimary WHEN 'f' THEN k.indisprimary WHEN 'i' THEN k.indisreplident ELSE false END`;

type ColumnRow = {
  attrelid: number;
  attnum: number;
  attname: string;
  atttypid: number;
  atttypmod: number;
  attnotnull: boolean;
  attgenerated: string;
  key_ordinal: number | null;
  filled: boolean;
};

async function selectColumns(client: Client, oids: readonly number[]): Promise<ColumnRow[]> {
  const { rows } = await client.query<ColumnRow>(
    `SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated,
            key.place::int4 AS key_ordinal, a.atthasmissing OR a.atthasdef OR a.attidentity <> '' AS filled
       FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid
       LEFT JOIN pg_index k ON k.indrelid = c.oid AND ${IS_KEY_INDEX}
       LEFT JOIN LATERAL (
         SELECT i AS place FROM generate_series(0, k.indnkeyatts - 1) i WHERE k.indkey[i] = a.attnum
       ) key ON true
      WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attrelid, a.attnum`,
    [oids],
  );
  return rows;
}

const KINDS = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
} as const;

function describe(row: TableRow, columns: { sent: SourceColumn[]; generated: string[] }): DiscoveredTable {
  const reason = unpublishableReason(row, columns.sent.length);
  return {
    schema: {
      oid: row.oid,
      schema: row.nspname,
      table: row.relname,
      replicaIdentity: row.relreplident,
      columns: columns.sent,
    },
    kind: KINDS[row.relkind],
    rowEstimate: row.row_estimate < 0 ? null : row.row_estimate,
    bytes: Number(row.bytes),
    partitionRootOid: row.root,
    unlogged: row.relpersistence === 'u',
    publishable: reason === null ? { ok: true } : { ok: false, reason },
    keyDeferrable: row.key_deferrable,
    generatedColumns: columns.generated,
    rowSecurity: { enabled: row.relrowsecurity, forced: row.relforcerowsecurity },
    selectable: row.selectable,
  };
}

function unpublishableReason(row: TableRow, columnCount: number): string | null {
  if (row.relkind === 'v' || row.relkind === 'm' || row.relkind === 'f')
    return `a ${KINDS[row.relkind]} has no changes in the write-ahead log`;
  if (row.relpersistence === 'u') return 'an unlogged table has no changes in the write-ahead log';
  if (row.root !== null) return 'a partition is replicated through its partitioned table';
  if (columnCount === 0) return 'the table has no columns to replicate';
  return null;
}

import { type Client, escapeIdentifier } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { keyColumns, type TableSchema } from '@/server/domain/table-schema.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sourceError } from '@/server/postgres/source-error.ts';
import { maskersOf } from './mask-copy-text.ts';

export type FetchedRows = {
  /** One text per column of the schema. Keys that the table does not have are left out. */
  readonly rows: readonly (string | null)[][];
  /** Every change that the rows show was committed in front of it. */
  readonly lsn: Lsn;
};

/** The present rows of some keys, as PostgreSQL's texts under the pinned settings. Keys are texts in key order. */
export async function fetchRows(
  client: Client,
  {
    table,
    keys,
    maskSalt,
  }: {
    /** With what rules leave of its columns. */
    table: Pick<DiscoveredTable, 'schema' | 'kind'>;
    keys: readonly (readonly (string | null)[])[];
    maskSalt: Buffer | null;
  },
): Promise<FetchedRows> {
  const { schema, kind } = table;
  const maskers = maskersOf(schema.columns, maskSalt);
  const shown = (value: string | null, at: number): string | null =>
    value === null ? null : (maskers?.[at]?.(Buffer.from(value)).toString() ?? value);
  try {
    const { rows } = await client.query<(string | null)[]>({
      text: statement(schema, kind),
      values: keyColumns(schema).map((_, at) => keys.map((key) => key[at] ?? null)),
      rowMode: 'array',
      types: { getTypeParser: () => (text: string | Buffer) => String(text) },
    });
    const position = await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return { rows: maskers ? rows.map((row) => row.map(shown)) : rows, lsn: parseLsn(position.rows[0]?.lsn ?? '') };
  } catch (error) {
    throw sourceError(error, `reading rows of ${schema.schema}.${schema.table}`);
  }
}

function statement(schema: TableSchema, kind: DiscoveredTable['kind']): string {
  const key = keyColumns(schema);
  const columns = schema.columns.map((column) => `t.${escapeIdentifier(column.name)}`).join(', ');
  const only = kind === 'partitioned' ? '' : 'ONLY ';
  const wanted = key.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const names = key.map((_, at) => `k${at}`).join(', ');
  const same = key
    .map((column, at) => `t.${escapeIdentifier(column.name)} = k.k${at}::${column.typeName}`)
    .join(' AND ');
  return `SELECT ${columns} FROM unnest(${wanted}) AS k(${names}) JOIN ${only}${qualifiedName(schema)} AS t ON ${same}`;
}

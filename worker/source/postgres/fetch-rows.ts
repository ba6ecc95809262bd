import { type Client, escapeIdentifier } from 'pg';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { keyColumns, type SourceColumn, type TableSchema } from '@/server/domain/table-schema.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { filterSql } from '@/server/postgres/filter-sql.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sourceError } from '@/server/postgres/source-error.ts';
import { maskersOf } from './mask-copy-text.ts';

export type FetchedRows = {
  /** One text per column of the schema. Keys that the table does not have are left out. */
  readonly rows: readonly (string | null)[][];
  /** Keys of rows that are larger than `rowBytesMax`, which are not fetched. */
  readonly tooLarge: readonly (readonly (string | null)[])[];
  /** Every change that the rows show was committed in front of it. */
  readonly lsn: Lsn;
};

type FetchOptions = {
  /** With what rules leave of its columns. */
  readonly table: Pick<DiscoveredTable, 'schema' | 'kind'>;
  /** Rows that do not meet all of these count as rows that the table does not have. */
  readonly where: RowFilter;
  /** Texts in key order. */
  readonly keys: readonly (readonly (string | null)[])[];
  /** Of the row's texts; a bytea counts with its bytes. */
  readonly rowBytesMax: number;
  readonly maskSalt: Buffer | null;
};

/** The present rows of some keys, as PostgreSQL's texts under the pinned settings. */
export async function fetchRows(client: Client, options: FetchOptions): Promise<FetchedRows> {
  const { table, where, keys, rowBytesMax, maskSalt } = options;
  const { schema, kind } = table;
  const maskers = maskersOf(schema.columns, maskSalt);
  const shown = (value: string | null, at: number): string | null =>
    value === null ? null : (maskers?.[at]?.(Buffer.from(value)).toString() ?? value);
  const key = keyColumns(schema);
  const query = (columns: string, wanted: FetchOptions['keys']) =>
    client.query<(string | null)[]>({
      text: statement(schema, { kind, columns, where }),
      values: key.map((_, at) => wanted.map((texts) => texts[at] ?? null)),
      rowMode: 'array',
      types: { getTypeParser: () => (text: string | Buffer) => String(text) },
    });
  try {
    const sizes = schema.columns.map((column) => `coalesce(octet_length(${sized(column)}), 0)::int8`).join(' + ');
    const names = key.map((_, at) => `k.k${at}`);
    const measured = await query([`(${sizes}) > ${rowBytesMax}`, ...names].join(', '), keys);
    const tooLarge = measured.rows.filter(([isTooLarge]) => isTooLarge === 't').map(([, ...texts]) => texts);
    const large = new Set(tooLarge.map((texts) => JSON.stringify(texts)));
    const fitting = keys.filter((texts) => !large.has(JSON.stringify(texts)));
    const { rows } = await query(
      schema.columns.map((column) => `t.${escapeIdentifier(column.name)}`).join(', '),
      fitting,
    );
    const position = await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    const lsn = parseLsn(position.rows[0]?.lsn ?? '');
    return { rows: maskers ? rows.map((row) => row.map(shown)) : rows, tooLarge, lsn };
  } catch (error) {
    throw sourceError(error, `reading rows of ${schema.schema}.${schema.table}`);
  }
}

const sized = ({ name, type }: SourceColumn): string =>
  type.kind === 'bytea' ? `t.${escapeIdentifier(name)}` : `t.${escapeIdentifier(name)}::text`;

function statement(
  schema: TableSchema,
  { kind, columns, where }: { kind: DiscoveredTable['kind']; columns: string; where: RowFilter },
): string {
  const key = keyColumns(schema);
  const only = kind === 'partitioned' ? '' : 'ONLY ';
  const wanted = key.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const names = key.map((_, at) => `k${at}`).join(', ');
  const same = key
    .map((column, at) => `t.${escapeIdentifier(column.name)} = k.k${at}::${column.typeName}`)
    .join(' AND ');
  const filter = where.length === 0 ? '' : ` WHERE ${filterSql(where, 't.')}`;
  return `SELECT ${columns} FROM unnest(${wanted}) AS k(${names}) JOIN ${only}${qualifiedName(schema)} AS t ON ${same}${filter}`;
}

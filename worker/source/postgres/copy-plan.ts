import { type Client, escapeIdentifier } from 'pg';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { keyColumns, type SourceColumn } from '@/server/domain/table-schema.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { filterSql } from '@/server/postgres/filter-sql.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sourceError } from '@/server/postgres/source-error.ts';

/** Part of a table. Plain data: it is stored with the progress of the copy. */
export type CopyChunk =
  /** Rows whose first key column is in `[lower, upper)`, as PostgreSQL's text; null is open. */
  | { readonly kind: 'key-range'; readonly lower: string | null; readonly upper: string | null }
  /** Rows in the blocks `[fromBlock, toBlock)` of a table or partition; null is open. */
  | {
      readonly kind: 'ctid-range';
      readonly relation: { readonly schema: string; readonly table: string };
      readonly fromBlock: number;
      readonly toBlock: number | null;
    };

/**
 * How a table is copied. `keyed`: every chunk may have its own snapshot, in any order, at any time, and the ranges cover
 * every possible key once. `snapshot`: all chunks must be read under one exported snapshot.
 */
export type CopyPlan = {
  /** The planner's estimate of the rows to copy. */
  readonly rowsEstimate: number;
  readonly chunks: readonly CopyChunk[];
} & ({ readonly kind: 'keyed'; readonly key: SourceColumn } | { readonly kind: 'snapshot' });

/** Sampled rows per chunk: enough that chunks differ by some ten percent at most. */
const SAMPLE_ROWS_PER_CHUNK = 200;

/** Splits a table into chunks of about `rowsPerChunk` rows, from a sample; reads little whatever its size. */
export async function planChunks(
  client: Client,
  table: DiscoveredTable,
  options: { rowsPerChunk: number; oneSnapshot?: boolean; where?: RowFilter },
): Promise<CopyPlan> {
  try {
    const where = filterSql(options.where ?? []);
    const rows = await estimateRows(client, { table, where });
    const chunks = Math.max(1, Math.ceil(rows / options.rowsPerChunk));
    const key = table.keyDeferrable || options.oneSnapshot ? undefined : keyColumns(table.schema)[0];
    if (key && (await isOrderReproducible(client, table, key)))
      return {
        kind: 'keyed',
        key,
        rowsEstimate: rows,
        chunks: keyRanges(await sampleBounds(client, { table, where, key, rows, chunks })),
      };
    return { kind: 'snapshot', rowsEstimate: rows, chunks: await blockRanges(client, { table, rows, chunks }) };
  } catch (error) {
    throw sourceError(error, `planning the copy of ${table.schema.schema}.${table.schema.table}`);
  }
}

/** The planner scales its statistics to the present size of the files, so this holds for tables never analysed too. */
async function estimateRows(
  client: Client,
  { table, where }: { table: DiscoveredTable; where: string },
): Promise<number> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `EXPLAIN (FORMAT JSON) SELECT 1 FROM ${from(table)}${where && ` WHERE ${where}`}`,
  );
  return rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

const ORDERED_KINDS = new Set(['int2', 'int4', 'int8', 'uuid', 'bytea', 'date', 'timestamp', 'timestamptz']);
const TEXT_OIDS = [25, 1043];

/**
 * Whether others can tell which chunk a key belongs to without asking the server: numbers, times and bytes have one
 * order everywhere; text only under a collation that compares bytes.
 */
async function isOrderReproducible(client: Client, table: DiscoveredTable, key: SourceColumn): Promise<boolean> {
  if (ORDERED_KINDS.has(key.type.kind)) return true;
  if (!TEXT_OIDS.includes(key.typeOid)) return false;
  const { rows } = await client.query<{ is_c: boolean }>(
    `SELECT CASE WHEN c.collname = 'default' THEN d.datcollate IN ('C', 'POSIX')
                 ELSE c.collname IN ('C', 'POSIX') AND c.collnamespace = 'pg_catalog'::regnamespace END AS is_c
       FROM pg_attribute a
       JOIN pg_collation c ON c.oid = a.attcollation
       JOIN pg_database d ON d.datname = current_database()
      WHERE a.attrelid = $1 AND a.attnum = $2`,
    [table.schema.oid, key.attnum],
  );
  return rows[0]?.is_c ?? false;
}

async function sampleBounds(
  client: Client,
  options: { table: DiscoveredTable; where: string; key: SourceColumn; rows: number; chunks: number },
): Promise<string[]> {
  const { table, where, key, rows, chunks } = options;
  if (chunks === 1) return [];
  const percent = Math.min(100, (100 * chunks * SAMPLE_ROWS_PER_CHUNK) / Math.max(rows, 1));
  const fractions = Array.from({ length: chunks - 1 }, (_, i) => (i + 1) / chunks);
  const column = escapeIdentifier(key.name);
  const sampled = await client.query<{ bounds: string[] | null }>(
    `SELECT (percentile_disc($1::float8[]) WITHIN GROUP (ORDER BY ${column}))::text[] AS bounds
       FROM ${from(table)} TABLESAMPLE SYSTEM (${percent.toFixed(6)})${where && ` WHERE ${where}`}`,
    [fractions],
  );
  return [...new Set(sampled.rows[0]?.bounds ?? [])];
}

function keyRanges(bounds: readonly string[]): CopyChunk[] {
  const edges: (string | null)[] = [null, ...bounds, null];
  return edges.slice(1).map((upper, i) => ({ kind: 'key-range', lower: edges[i] ?? null, upper }));
}

/** Partitions are split one by one: a block number means nothing across files. */
async function blockRanges(
  client: Client,
  options: { table: DiscoveredTable; rows: number; chunks: number },
): Promise<CopyChunk[]> {
  const { table, chunks } = options;
  const files = await client.query<{ schema: string; table: string; blocks: number }>(
    `SELECT n.nspname AS schema, c.relname AS "table",
            (pg_relation_size(c.oid) / current_setting('block_size')::int8)::int4 AS blocks
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = $1 AND c.relkind = 'r'
         OR c.relkind = 'r' AND c.oid IN (SELECT relid FROM pg_partition_tree($1) WHERE isleaf)
      ORDER BY c.oid`,
    [table.schema.oid],
  );
  const allBlocks = files.rows.reduce((sum, file) => sum + file.blocks, 0);
  const step = Math.max(1, Math.ceil(allBlocks / chunks));
  return files.rows.flatMap(({ schema, table: name, blocks }) => {
    const count = Math.max(1, Math.ceil(blocks / step));
    return Array.from({ length: count }, (_, i): CopyChunk => {
      const toBlock = i === count - 1 ? null : (i + 1) * step;
      return { kind: 'ctid-range', relation: { schema, table: name }, fromBlock: i * step, toBlock };
    });
  });
}

/** A plain table is published without its inheritance children; a partitioned one has nothing but its partitions. */
const from = (table: DiscoveredTable): string =>
  `${table.kind === 'partitioned' ? '' : 'ONLY '}${qualifiedName(table.schema)}`;

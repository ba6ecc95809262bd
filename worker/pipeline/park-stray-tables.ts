import type { Client, Pool } from 'pg';
import { publicationName } from '@/server/domain/names.ts';
import { type BoundFilter, samePublished } from '@/server/domain/row-filter.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { readPublishedFilters } from '@/worker/source/postgres/published-filters.ts';

/** Errors of tables of which changes are missing already. */
const LACKING = new Set([
  'SPILL_FULL',
  'SOURCE_PUBLICATION',
  'SOURCE_TABLE_REPLACED',
  'SOURCE_PARTITION_ATTACHED',
  'SOURCE_TABLE_MISSING',
  'ROW_FILTER_UNFIT',
]);

type Stray = { readonly id: number; readonly oid: number; readonly error: AppError };

/**
 * Looks for tables whose changes no longer arrive although nothing in the stream says so: dropped, replaced by another
 * table of the same name, taken out of our publication by somebody, or filtered there as we did not. Each is parked with the reason; the others go on. A
 * table that was only renamed is still the same one. Call it under the capture lease, before the publication is mended.
 * Returns the oids of the tables that are gone.
 */
export async function parkStrayTables(
  pool: Pool,
  options: { pipelineId: string; client: Client; lease: Lease; log: Log },
): Promise<ReadonlySet<number>> {
  const { pipelineId, client, lease, log } = options;
  const { rows } = await pool.query<KnownTable>(
    /* sql */ `
    select id::int8::text::int as id, source_oid::int8 as oid, source_schema as schema, source_table as table, state,
           error_code, generation, is_joined, bound_filter
      from pipeline_table where pipeline_id = $1 and source_oid is not null`,
    [pipelineId],
  );
  const known = rows.map((row) => ({ ...row, oid: Number(row.oid) }));
  const strays = await findStrays(client, { publication: publicationName(pipelineId), tables: known });
  for (const { id, error } of strays) {
    const table = known.find((one) => one.id === id);
    // A table parked for a cause that can be mended now lacks changes as well, and must not be resumed without them.
    if (table?.state === 'needs_attention' && LACKING.has(table.error_code ?? '')) continue;
    log.warn('table no longer arrives', { pipelineId, tableId: id, error });
    // Of the life that was looked at: a resync may have begun the next one.
    await parkTable(pool, { tableId: id, error, lease, ...(table && { generation: table.generation }) });
  }
  return new Set(strays.filter(({ error }) => error.code === 'SOURCE_TABLE_MISSING').map(({ oid }) => oid));
}

type KnownTable = {
  readonly id: number;
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly state: string;
  readonly error_code: string | null;
  readonly generation: number;
  readonly is_joined: boolean;
  readonly bound_filter: BoundFilter | null;
};
type Found = { oid: number; present_oid: number | null; exists: boolean; published: boolean };

async function findStrays(
  client: Client,
  { publication, tables }: { publication: string; tables: readonly KnownTable[] },
): Promise<Stray[]> {
  const { rows } = await client.query<Found>(
    `SELECT t.oid::int8::text::int8 AS oid, named.oid::int8 AS present_oid, known.oid IS NOT NULL AS exists,
            EXISTS (SELECT 1 FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                     WHERE p.pubname = $1 AND r.prrelid = t.oid::oid) AS published
       FROM unnest($2::int8[], $3::text[], $4::text[]) AS t (oid, schema, name)
       LEFT JOIN pg_class known ON known.oid = t.oid::oid
       LEFT JOIN pg_namespace n ON n.nspname = t.schema
       LEFT JOIN pg_class named ON named.relnamespace = n.oid AND named.relname = t.name`,
    [publication, tables.map(({ oid }) => oid), tables.map(({ schema }) => schema), tables.map(({ table }) => table)],
  );
  const found = new Map(rows.map((row) => [Number(row.oid), row]));
  const filters = await readPublishedFilters(client, publication);
  return tables.flatMap(({ id, oid, schema, table, state, is_joined, bound_filter }) => {
    const row = found.get(oid);
    const error =
      row &&
      strayError(row, {
        name: `${schema}.${table}`,
        publication,
        // Between its first publication and its copy a table has missed nothing.
        isPublished: state !== 'pending' || is_joined,
        isFiltered: samePublished(filters.get(oid) ?? null, bound_filter?.published ?? null),
      });
    return error ? [{ id, oid, error }] : [];
  });
}

function strayError(
  row: Found,
  options: { name: string; publication: string; isPublished: boolean; isFiltered: boolean },
): AppError | null {
  const { name, publication, isPublished, isFiltered } = options;
  const isReplaced = row.present_oid !== null && Number(row.present_oid) !== Number(row.oid);
  if (isReplaced) {
    return new AppError('SOURCE_TABLE_REPLACED', `another table is now called ${name}; the one that was read is not`);
  }
  if (!row.exists) return new AppError('SOURCE_TABLE_MISSING', `the source has no table ${name} any more`);
  if (!row.published && isPublished) {
    return new AppError('SOURCE_PUBLICATION', `somebody took ${name} out of publication ${publication}`);
  }
  if (row.published && isPublished && !isFiltered) {
    return new AppError(
      'SOURCE_PUBLICATION',
      `somebody changed which rows of ${name} publication ${publication} sends`,
    );
  }
  return null;
}

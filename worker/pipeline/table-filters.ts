import type { Client, Pool } from 'pg';
import { publicationName } from '@/server/domain/names.ts';
import { type BoundFilter, type PublishedFilter, presentFilter, type RowFilter } from '@/server/domain/row-filter.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { fitRowFilter, isMisfit } from '@/server/postgres/fit-row-filter.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { releaseUnfit } from '@/worker/source/postgres/publication.ts';
import type { UnfitTable } from '@/worker/source/postgres/published-filters.ts';
import type { PipelineTable } from './definition.ts';

/** Ties a table's filter to its columns of now; null for none. Throws ROW_FILTER_UNFIT when it does not fit. */
export async function bindFilter(
  client: Client,
  { table, found }: { table: PipelineTable; found: DiscoveredTable },
): Promise<BoundFilter | null> {
  if (table.filter.length === 0) return null;
  const fitted = await fitRowFilter(client, { table: found, filter: table.filter });
  if (isMisfit(fitted)) throw unfit(`${table.schema}.${table.table}`, `${fitted.reason}. ${fitted.remedy}`);
  const { boundFilter: before } = table;
  const isSame = before?.oid === fitted.oid && JSON.stringify(before.conditions) === JSON.stringify(fitted.conditions);
  return isSame ? before : fitted;
}

/** The rows of a table that are carried, by the names that its columns have now. Throws ROW_FILTER_UNFIT. */
export function filterOf(table: PipelineTable, { schema }: Pick<DiscoveredTable, 'schema'>): RowFilter {
  const filter = presentFilter(schema, table.boundFilter);
  if (!filter) throw unfit(`${table.schema}.${table.table}`, 'a column that it names is gone');
  return filter;
}

/** Remembers how the source stores filters, so that another's change of them is noticed. */
export async function storePublished(
  pool: Pool,
  { pipelineId, published }: { pipelineId: string; published: ReadonlyMap<number, PublishedFilter> },
): Promise<void> {
  for (const [oid, filter] of published) {
    await pool.query(
      /* sql */ `
      update pipeline_table set bound_filter = bound_filter || jsonb_build_object('published', $3::jsonb)
       where pipeline_id = $1 and source_oid = $2 and bound_filter is not null`,
      [pipelineId, oid, JSON.stringify(filter)],
    );
  }
}

type Guard = { readonly pipelineId: string; readonly client: Client; readonly lease?: Lease; readonly log: Log };

/**
 * Looks whether the source's own updates fail for a filter of ours: somebody changed the replica identity of the table, or
 * attached a partition with another one. Such a table is taken out of the publication at once, and parked.
 */
export async function guardFilters(pool: Pool, { pipelineId, client, lease, log }: Guard): Promise<void> {
  // A pipeline that rests may have been told to forget a table that its publication still has.
  if (lease) {
    const { rowCount } = await pool.query(
      'select 1 from pipeline_table where pipeline_id = $1 and bound_filter is not null limit 1',
      [pipelineId],
    );
    if (rowCount === 0) return;
  }
  await releaseUnfit(client, {
    publication: publicationName(pipelineId),
    onUnfit: (tables) => parkUnfit(pool, { pipelineId, tables, lease, log }),
  });
}

/** Parks tables that are not sent for the sake of their filter. One that lacks changes for another reason says so already. */
export async function parkUnfit(
  pool: Pool,
  options: { pipelineId: string; tables: readonly UnfitTable[]; lease: Lease | undefined; log: Log },
): Promise<void> {
  const { pipelineId, tables, lease, log } = options;
  for (const { oid, reason } of tables) {
    const { rows } = await pool.query<{ id: string; generation: number; name: string }>(
      /* sql */ `
      select id, generation, source_schema || '.' || source_table as name from pipeline_table
       where pipeline_id = $1 and source_oid = $2 and error_code is distinct from 'SPILL_FULL'`,
      [pipelineId, oid],
    );
    for (const { id, generation, name } of rows) {
      log.warn('table cannot be filtered', { pipelineId, table: name, reason });
      await parkTable(pool, {
        tableId: Number(id),
        generation,
        error: unfit(name, reason),
        ...(lease ? { lease } : {}),
      });
    }
  }
}

const unfit = (name: string, reason: string): AppError =>
  new AppError('ROW_FILTER_UNFIT', `the row filter of ${name} does not fit: ${reason}`);

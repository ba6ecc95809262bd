import type { Client, Pool } from 'pg';
import { AppError } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sqlState } from '@/server/postgres/source-error.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { parkTable } from '@/worker/runtime/attention.ts';

type Options = { pipelineId: string; client: Client; lease: Lease; log: Log };
type Followed = { id: number; oid: number; known: readonly number[]; name: string };
export type Partition = { root: number; oid: number; schema: string; table: string };

/**
 * A partition that is attached brings rows that no log tells of, and one that is detached or dropped takes its rows without
 * a word. The first parks its table, since rows are missing in the lake; the second is written to our log: the lake keeps what
 * a partition held. Partitions that were created, or attached without rows, are followed as they are. Call it under the
 * capture lease.
 */
export async function parkAttached(pool: Pool, { pipelineId, client, lease, log }: Options): Promise<void> {
  const { rows } = await pool.query<Omit<Followed, 'oid'> & { oid: string }>(
    /* sql */ `
    select id::int8::text::int as id, source_oid::text as oid, known_partitions as known,
           source_schema || '.' || source_table as name
      from pipeline_table
     where pipeline_id = $1 and known_partitions is not null and state in ('catching_up', 'live', 'paused')`,
    [pipelineId],
  );
  const tables = rows.map((row): Followed => ({ ...row, oid: Number(row.oid) }));
  if (tables.length === 0) return;
  const present = await readPartitions(
    client,
    tables.map(({ oid }) => oid),
  );
  for (const table of tables) {
    const its = present.filter(({ root }) => root === table.oid);
    const came = its.filter(({ oid }) => !table.known.includes(oid));
    const gone = table.known.filter((oid) => !its.some((partition) => partition.oid === oid));
    if (came.length === 0 && gone.length === 0) continue;
    if (gone.length > 0)
      log.warn('partitions left a table, and the lake keeps their rows', { table: table.name, gone });
    const attached = await firstWithOwnRows(client, { partitions: came, log });
    if (attached) {
      const what = `${attached.schema}.${attached.table} was attached to ${table.name} with rows of its own`;
      await parkTable(pool, { tableId: table.id, error: new AppError('SOURCE_PARTITION_ATTACHED', what), lease });
      continue;
    }
    await pool.query(
      'update pipeline_table set known_partitions = $2::jsonb where id = $1 and known_partitions = $3::jsonb',
      [table.id, JSON.stringify(its.map(({ oid }) => oid)), JSON.stringify(table.known)],
    );
  }
}

/** The partitions of these tables that hold rows. */
export async function readPartitions(client: Client, roots: readonly number[]): Promise<Partition[]> {
  const { rows } = await client.query<{ root: string; oid: string; schema: string; table: string }>(
    `SELECT t.root::text, c.oid::text AS oid, n.nspname AS schema, c.relname AS "table"
       FROM unnest($1::int8[]) AS t (root)
       JOIN pg_class r ON r.oid = t.root::oid AND r.relkind = 'p'
      CROSS JOIN LATERAL pg_partition_tree(r.oid) p
       JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE p.isleaf AND c.relkind = 'r' ORDER BY c.oid`,
    [roots],
  );
  return rows.map((row) => ({ ...row, root: Number(row.root), oid: Number(row.oid) }));
}

/**
 * Rows that were inserted before their table became a partition: by an earlier transaction, or by an earlier command of the
 * same one. The search ends with the first, and there are few others: what came through the root since.
 */
async function firstWithOwnRows(
  client: Client,
  { partitions, log }: { partitions: readonly Partition[]; log: Log },
): Promise<Partition | null> {
  for (const partition of partitions) {
    try {
      const { rows } = await client.query(
        // Of a partition of a partition, the younger of the two attachments counts.
        `WITH attached AS (
           SELECT age(xmin) AS age, cmin::text::int8 AS command FROM pg_inherits
            WHERE inhrelid IN (SELECT relid FROM pg_partition_ancestors($1))
              AND inhrelid NOT IN (SELECT relid FROM pg_partition_ancestors($2))
            ORDER BY 1, 2 DESC LIMIT 1)
         SELECT 1 FROM ONLY ${qualifiedName(partition)} AS t, attached a
          WHERE age(t.xmin) > a.age OR age(t.xmin) = a.age AND t.cmin::text::int8 < a.command LIMIT 1`,
        [partition.oid, partition.root],
      );
      if (rows.length > 0) return partition;
    } catch (error) {
      if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error;
      log.warn('a partition that came cannot be looked into', { partition: `${partition.schema}.${partition.table}` });
    }
  }
  return null;
}

const INSUFFICIENT_PRIVILEGE = '42501';

import type { Pool } from 'pg';
import { formatLsn } from '@/server/domain/lsn.ts';
import type { Segment } from '@/server/domain/segment.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';

/** Stores the schema versions that a segment's blocks refer to, before the segment. `known` spares repeats. */
export async function storeSchemas(
  pool: Pool,
  pipelineId: string,
  { segment, known }: { segment: Pick<Segment, 'schemas' | 'toLsn'>; known: Set<string> },
): Promise<void> {
  for (const [hash, schema] of segment.schemas) {
    if (known.has(hash)) continue;
    await pool.query(
      /* sql */ `
      insert into table_schema (pipeline_id, hash, table_oid, schema, first_lsn) values ($1, $2, $3, $4, $5)
      on conflict do nothing`,
      [pipelineId, hash, schema.oid, JSON.stringify(schema), formatLsn(segment.toLsn)],
    );
    known.add(hash);
  }
}

/** The newest version of a table's columns that is stored, or null. */
export async function readLastSchema(
  pool: Pool,
  { pipelineId, oid }: { pipelineId: string; oid: number },
): Promise<TableSchema | null> {
  const { rows } = await pool.query<{ schema: TableSchema }>(
    /* sql */ `
    select schema from table_schema where pipeline_id = $1 and table_oid = $2
     order by first_lsn desc, first_seen_at desc limit 1`,
    [pipelineId, oid],
  );
  return rows[0]?.schema ?? null;
}

/** Reads one schema version; `cache` is the caller's, versions never change. */
export async function readSchema(
  pool: Pool,
  { pipelineId, hash, cache }: { pipelineId: string; hash: string; cache: Map<string, TableSchema> },
): Promise<TableSchema> {
  const cached = cache.get(hash);
  if (cached) return cached;
  const { rows } = await pool.query<{ schema: TableSchema }>(
    /* sql */ `select schema from table_schema where pipeline_id = $1 and hash = $2`,
    [pipelineId, hash],
  );
  const schema = rows[0]?.schema;
  if (!schema) throw new Error(`no schema ${hash} is stored for pipeline ${pipelineId}`);
  cache.set(hash, schema);
  return schema;
}

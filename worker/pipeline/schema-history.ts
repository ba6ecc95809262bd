import type { Pool } from 'pg';
import { formatLsn, type Lsn } from '@/server/domain/lsn.ts';
import { diffSchemas, type SchemaChange } from '@/server/domain/schema-change.ts';
import type { Segment } from '@/server/domain/segment.ts';
import { schemaHash, type TableSchema } from '@/server/domain/table-schema.ts';
import type { Appender } from '@/worker/buffer/append.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { holdLease } from '@/worker/buffer/settle.ts';
import { canHold } from '@/worker/iceberg/iceberg-type.ts';
import { neededType } from '@/worker/iceberg/lake-schema.ts';

/**
 * An appender that also notes when a table's columns have changed, after the segment that shows it is durable. A crash in
 * between notes it with the table's next change; a segment that comes again is not noted twice.
 */
export function withSchemaHistory(buffer: Appender, { pool, lease }: { pool: Pool; lease: Lease }): Appender {
  const known = new Map<number, string>();
  return {
    get tail() {
      return buffer.tail;
    },
    async append(segment: Segment) {
      await buffer.append(segment);
      for (const { tableOid, schemaHash: hash } of segment.blocks) {
        const schema = segment.schemas.get(hash);
        if (known.get(tableOid) === hash || !schema) continue;
        await noteSchema(pool, { lease, schema, lsn: segment.toLsn });
        known.set(tableOid, hash);
      }
    },
  };
}

type Row = { id: string; known_schema: string | null; policies: Record<string, string>; epoch: number };
type Met = { readonly lease: Lease; readonly schema: TableSchema; readonly lsn: Lsn };

/** Compares a table's columns with those that were met before, and stores what changed. Safe to repeat. */
export async function noteSchema(pool: Pool, { lease, schema, lsn }: Met): Promise<void> {
  const { pipelineId } = lease;
  const client = await pool.connect();
  try {
    await client.query('begin');
    await holdLease(client, lease);
    const { rows } = await client.query<Row>(
      /* sql */ `
      select t.id, t.known_schema, t.policies, position.epoch
        from pipeline_table t join position on position.pipeline_id = t.pipeline_id
       where t.pipeline_id = $1 and t.source_oid = $2 and (known_schema_lsn is null or known_schema_lsn < $3::pg_lsn)
         for update of t`,
      [pipelineId, schema.oid, formatLsn(lsn)],
    );
    const hash = schemaHash(schema);
    const [row] = rows;
    if (row && row.known_schema !== hash) {
      const before =
        row.known_schema === null
          ? null
          : await readSchema(pool, { pipelineId, hash: row.known_schema, cache: new Map() });
      await client.query('update pipeline_table set known_schema = $2, known_schema_lsn = $3 where id = $1', [
        row.id,
        hash,
        formatLsn(lsn),
      ]);
      for (const change of before ? diffSchemas(before, schema) : []) {
        await client.query(
          /* sql */ `
          insert into schema_change (pipeline_table_id, epoch, lsn, kind, column_name, before, after, action)
          values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [
            row.id,
            row.epoch,
            formatLsn(lsn),
            change.kind,
            change.column,
            JSON.stringify(change.before),
            JSON.stringify(change.after),
            actionFor(change, { before, after: schema, policies: row.policies }),
          ],
        );
      }
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/**
 * What becomes of it in the lake: `followed` there, `kept` (the column stays, empty from now on), `refused` (no Iceberg
 * type takes both: the table will be parked), or `noted` only.
 */
function actionFor(
  { kind, column }: SchemaChange,
  { before, after, policies }: { before: TableSchema | null; after: TableSchema; policies: Record<string, string> },
): string {
  if (kind === 'column-added' || kind === 'column-renamed') return 'followed';
  if (kind === 'column-dropped') return 'kept';
  if (kind !== 'column-retyped') return 'noted';
  const is = after.columns.find(({ name }) => name === column);
  const was = before?.columns.find(({ attnum }) => attnum === is?.attnum);
  // As text a column holds whatever it becomes.
  if (!is || !was || policies[is.name] === 'string') return 'noted';
  const [old, needed] = [neededType(was, 'dead-letter'), neededType(is, 'dead-letter')];
  if (canHold(old, needed)) return 'noted';
  return canHold(needed, old) && needed !== 'string' ? 'followed' : 'refused';
}

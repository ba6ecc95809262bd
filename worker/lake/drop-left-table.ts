import type { Pool, PoolClient } from 'pg';
import { identifierText, type TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import { OWNER_PROPERTY } from '@/server/domain/lake-table.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Lake } from '@/worker/pipeline/lake.ts';

/**
 * Drops a lake table with its files when the table of ours that it was made for is gone. Throws CONFLICT for any other, and
 * LAKE_TABLE_MISSING.
 */
export async function dropLeftTable(
  { pool, catalog }: { pool: Pool; catalog: Lake['catalog'] },
  { identifier, signal }: { identifier: TableIdentifier; signal: AbortSignal },
): Promise<void> {
  const name = identifierText(identifier);
  const client = await pool.connect();
  try {
    await client.query('begin');
    // Of two drops at once, the second would take what a pipeline has made anew under the name.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`drop lake table ${name}`]);
    const { metadata } = await catalog.loadTable(identifier, { signal });
    await assertLeft(client, { name, owner: metadata.properties[OWNER_PROPERTY] });
    await catalog.dropTable(identifier, { purge: true, signal });
  } finally {
    await client.query('rollback').finally(() => client.release());
  }
}

/** A pipeline's tables never come back under their ids, and the audit log knows every pipeline that this installation had. */
async function assertLeft(
  client: PoolClient,
  { name, owner }: { name: string; owner: string | undefined },
): Promise<void> {
  const [pipelineId = '', tableId = ''] = owner?.split('/') ?? [];
  if (owner === undefined) {
    throw new AppError('CONFLICT', `Philotes did not make lake table ${name}; drop it with the tool that did`);
  }
  const { rows } = await client.query<{ used_by: string | null; is_ours: boolean }>(
    /* sql */ `
    select (select t.source_schema || '.' || t.source_table || ' of pipeline ' || p.name
              from pipeline_table t join pipeline p on p.id = t.pipeline_id
             where t.pipeline_id = $1 and t.id::text = $2) as used_by,
           exists (select from audit_entry where subject = $1) as is_ours`,
    [pipelineId, tableId],
  );
  const [found] = rows;
  if (found?.used_by) {
    throw new AppError(
      'CONFLICT',
      `table ${found.used_by} is written to lake table ${name}; take it out of the pipeline`,
    );
  }
  if (!found?.is_ours) {
    throw new AppError(
      'CONFLICT',
      `another installation of Philotes made lake table ${name} (${owner}); drop it there`,
    );
  }
}

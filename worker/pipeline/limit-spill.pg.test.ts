import pg from 'pg';
import { expect, test } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { isGivenUp, limitSpill } from './limit-spill.ts';

const SPILL_BYTES_MAX = 1_000;

async function openSpills() {
  const test = await openTestDatabase({ migrated: true });
  const pool = new pg.Pool({ connectionString: test.url });
  await test.query(`insert into source (id, name, host, port, database, username, tls_mode)
    values ('src_1', 's', 'h', 1, 'd', 'u', 'disable')`);
  await test.query(`insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
    values ('dst_1', 'd', 'embedded', 'd', 'bearer', 'file', 'file:///x')`);
  await test.query(`insert into pipeline (id, name, source_id, destination_id, namespace, settings)
    values ('pl_1', 'p', 'src_1', 'dst_1', 'n', '{}'), ('pl_2', 'q', 'src_1', 'dst_1', 'm', '{}')`);
  return {
    async table(
      name: string,
      { pipelineId = 'pl_1', state, bytes }: { pipelineId?: string; state: string; bytes: number },
    ) {
      await test.query(
        `with made as (
           insert into pipeline_table (pipeline_id, source_schema, source_table, lake_name, mirror, changelog, state)
           values ($1, 'public', $2, $2, true, false, $3) returning id
         )
         insert into spill_block (pipeline_table_id, generation, segment_seq, to_lsn, schema_hash, rows, raw_bytes,
                                  has_unchanged, has_truncate, payload)
         select id, 1, n, '0/1', 'h', 1, 1, false, false, repeat('x', $4 / 2)::bytea from made, generate_series(1, 2) n`,
        [pipelineId, name, state, bytes],
      );
    },
    limit: (pipelineId: string) => limitSpill(pool, { pipelineId, spillBytesMax: SPILL_BYTES_MAX }),
    async shown() {
      const rows = await test.query<{ line: string }>(
        `select source_table || ' ' || state || ' ' || coalesce(error_code, '-') || ' ' ||
                (select count(*) from spill_block where pipeline_table_id = t.id) as line
           from pipeline_table t order by id`,
      );
      return rows.map(({ line }) => line);
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
      await test[Symbol.asyncDispose]();
    },
  };
}

test('a table that waits beyond its share is given up with its code; the others keep what waits for them (row 67)', async () => {
  await using spills = await openSpills();
  await spills.table('paused', { state: 'paused', bytes: 1_200 });
  await spills.table('parked', { state: 'needs_attention', bytes: 1_200 });
  await spills.table('within', { state: 'paused', bytes: 1_000 });
  await spills.table('copying', { state: 'copying', bytes: 800 });
  await spills.table('elsewhere', { pipelineId: 'pl_2', state: 'paused', bytes: 5_000 });
  expect(await spills.limit('pl_1')).toHaveLength(2);
  expect(await spills.shown()).toEqual([
    'paused needs_attention SPILL_FULL 0',
    'parked needs_attention SPILL_FULL 0',
    'within paused - 2',
    'copying copying - 2',
    'elsewhere paused - 2',
  ]);
  expect(await spills.limit('pl_1')).toEqual([]);
});

test('only a table that was given up keeps nothing more', () => {
  expect(isGivenUp({ state: 'needs_attention', errorCode: 'SPILL_FULL' })).toBe(true);
  expect(isGivenUp({ state: 'needs_attention', errorCode: 'LAKE_SCHEMA_IMPOSSIBLE' })).toBe(false);
  expect(isGivenUp({ state: 'pending', errorCode: 'SPILL_FULL' })).toBe(false);
});

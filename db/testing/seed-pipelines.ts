import type { Pool } from 'pg';

export type SeededPipeline = { readonly id: string; readonly tableId: number };

/**
 * Rows of a source, a destination and pipelines with one table and a position each, as if workers ran them. For tests and
 * benches of what reads them; nothing behind them exists.
 */
export async function seedPipelines(
  pool: Pool,
  { count, tables = 1, running = count }: { count: number; tables?: number; running?: number },
): Promise<SeededPipeline[]> {
  await pool.query(
    `insert into source (id, name, host, port, database, username, tls_mode)
     values ('src_seed', 'seed', 'db.example.com', 5432, 'shop', 'philotes', 'disable') on conflict do nothing`,
  );
  await pool.query(
    `insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
     values ('dst_seed', 'seed', 'embedded', 'seed', 'bearer', 'file', 'file:///tmp/seed') on conflict do nothing`,
  );
  await pool.query(
    /* sql */ `
    insert into pipeline (id, name, source_id, destination_id, namespace, desired_state, state, settings)
    select 'pl_seed' || n, 'seed ' || n, 'src_seed', 'dst_seed', 'seed' || n,
           case when n <= $2 then 'running' else 'stopped' end, case when n <= $2 then 'running' else 'draft' end, '{}'
      from generate_series(1, $1) n`,
    [count, running],
  );
  await pool.query(
    /* sql */ `
    insert into pipeline_table (pipeline_id, source_schema, source_table, lake_name, mirror, changelog, state, rows_committed)
    select p.id, 'public', 't' || n, 't' || n, true, false,
           case when p.state = 'running' then 'live' else 'pending' end, 0
      from pipeline p, generate_series(1, $1) n where p.source_id = 'src_seed'`,
    [tables],
  );
  await pool.query(
    /* sql */ `
    insert into position (pipeline_id, system_identifier, timeline, tail_lsn, tail_end_lsn, tail_commit_time, committed_lsn,
                          committed_commit_time)
    select id, '1', 1, '0/10', '0/10', now(), '0/10', now() from pipeline where source_id = 'src_seed' and state = 'running'`,
  );
  const { rows } = await pool.query<{ id: string; table_id: string }>(
    `select p.id, min(t.id) as table_id from pipeline p join pipeline_table t on t.pipeline_id = p.id
      where p.source_id = 'src_seed' group by p.id, p.number order by p.number`,
  );
  return rows.map(({ id, table_id }) => ({ id, tableId: Number(table_id) }));
}

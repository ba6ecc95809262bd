import type { PoolClient } from 'pg';

/** A later change has made these good in the mirror. Those that the changelog lacks stay open. */
export async function supersede(client: PoolClient, ids: readonly number[]): Promise<void> {
  await client.query(
    /* sql */ `
    update dead_letter
       set needs_mirror = false,
           state = case when state in ('open', 'replay_requested') and not needs_changelog then 'superseded' else state end,
           closed_at = case when needs_changelog then closed_at else coalesce(closed_at, now()) end
     where id = any($1) and needs_mirror`,
    [ids],
  );
}

/** Adds to the counts of values that became null. */
export async function countNulls(
  client: PoolClient,
  { tableId, nulled }: { tableId: number; nulled: ReadonlyMap<string, number> },
): Promise<void> {
  for (const [column, count] of nulled) {
    await client.query(
      /* sql */ `
      insert into nulled_value (pipeline_table_id, column_name, count) values ($1, $2, $3)
      on conflict (pipeline_table_id, column_name) do update set count = nulled_value.count + excluded.count`,
      [tableId, column, count],
    );
  }
}

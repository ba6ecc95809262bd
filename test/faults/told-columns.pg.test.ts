import { expect, test } from 'vitest';
import { INSTALL_COLUMN_MESSAGES } from '@/server/domain/column-messages.ts';
import { openScenario } from './scenario.ts';

/** While nobody reads: a column that is added, written and dropped, and after it one of the same name and type. */
const recreate = (table: string, round: number) => [
  `alter table ${table} add column brief int`,
  `update ${table} set brief = -id where id % 3 = ${round % 3}`,
  `alter table ${table} drop column brief`,
  `alter table ${table} add column brief int`,
  `update ${table} set brief = id where id % 7 = ${round % 7}`,
];

test('a source that tells of its columns has each value in the column that it was written to, however far behind the stream is (rows 38, 39, 40)', async () => {
  await using scenario = await openScenario('told');
  const { table, installation, pipeline } = scenario;
  await scenario.sql(INSTALL_COLUMN_MESSAGES);
  for (let round = 1; round <= 3; round++) {
    for (const statement of recreate(table, round)) await scenario.sql(statement);
    await using work = scenario.work();
    await scenario.caughtUp(work);
    await scenario.assertExact();
    await scenario.sql(`alter table ${table} drop column brief`);
  }
  const { rows } = await installation.database.pool.query<{ columns: number }>(
    `select count(distinct c ->> 'attnum')::int as columns
       from table_schema, jsonb_array_elements(schema -> 'columns') c
      where pipeline_id = $1 and c ->> 'name' = 'brief'`,
    [pipeline.id],
  );
  // Two of each round, none of them taken for another.
  expect(rows).toEqual([{ columns: 6 }]);
});

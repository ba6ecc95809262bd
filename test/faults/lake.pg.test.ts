import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { openScenario, type Scenario } from './scenario.ts';

/** Somebody else's request to the catalog. */
async function ask(scenario: Scenario, method: string, path: string, body?: string): Promise<void> {
  const { catalogUrl, token } = scenario.installation;
  const response = await fetch(`${catalogUrl}/v1/lake/namespaces/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

/** Ids as they stand in the answer: they have more digits than a number holds. */
async function snapshotIds(scenario: Scenario, namespace: string, table: string): Promise<string[]> {
  const { catalogUrl, token } = scenario.installation;
  const response = await fetch(`${catalogUrl}/v1/lake/namespaces/${namespace}/tables/${table}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { snapshots } = /"snapshots":(?<snapshots>\[.*?\]),"/s.exec(await response.text())?.groups ?? {};
  return [...(snapshots ?? '').matchAll(/"snapshot-id":(\d+)/g)].map(([, id]) => id ?? '');
}

const tableError = async (scenario: Scenario): Promise<string | null> => {
  const { rows } = await scenario.installation.database.pool.query<{ code: string | null }>(
    `select error_code as code from pipeline_table where pipeline_id = $1 and state = 'needs_attention'`,
    [scenario.pipeline.id],
  );
  return rows[0]?.code ?? null;
};

test('a lake table that somebody dropped parks its table with the reason (rows 78, 82)', async () => {
  await using scenario = await openScenario('dropped');
  await ask(scenario, 'DELETE', `dropped/tables/${scenario.table}`);
  await scenario.sql(`update ${scenario.table} set balance = 2 where id < 9`);
  await using work = scenario.work();
  await work.until(async () => (await tableError(scenario)) !== null, { what: 'the table is parked' });
  expect(await tableError(scenario)).toBe('LAKE_TABLE_MISSING');
});

for (const mode of ['mirror', 'changelog']) {
  for (const moment of ['while nobody writes', 'beneath a running worker']) {
    test(`a ${mode} that was rolled back ${moment} parks its table, and a resync mends it (row 78)`, async () => {
      await using scenario = await openScenario('rolled_back');
      const lakeTable = mode === 'mirror' ? scenario.table : `${scenario.table}_changelog`;
      const change = () => scenario.sql(`update ${scenario.table} set balance = balance + 1 where id < 9`);
      const rollBack = async () => {
        const [oldest] = await snapshotIds(scenario, 'rolled_back', lakeTable);
        const ref = `{"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":${oldest}}`;
        await ask(scenario, 'POST', `rolled_back/tables/${lakeTable}`, `{"requirements":[],"updates":[${ref}]}`);
      };
      const isParked = async () => (await tableError(scenario)) === 'LAKE_MARKER_MISMATCH';
      {
        await using work = scenario.work();
        for (let round = 0; round < 3; round++) {
          await change();
          await scenario.caughtUp(work);
        }
        if (moment === 'beneath a running worker') {
          await rollBack();
          await change();
          await work.until(isParked, { what: 'the table is parked' });
        }
      }
      if (moment === 'while nobody writes') await rollBack();
      await using work = scenario.work();
      await change();
      await work.until(isParked, { what: 'the table is parked' });
      const { rows } = await scenario.installation.database.pool.query<{ id: string }>('select id from pipeline_table');
      const key = { pipelineId: scenario.pipeline.id, tableId: Number(rows[0]?.id) };
      await resyncTable(scenario.installation.control, SYSTEM_ACTOR, key);
      await work.until(() => scenario.pipeline.isLive(), { what: 'the table is live again' });
      await change();
      await scenario.caughtUp(work);
      await scenario.assertExact();
    });
  }
}

test('files are merged beside updates and deletes of the same rows, and no row comes back (row 79)', async () => {
  await using scenario = await openScenario('merged', { settings: { batchAgeMsMax: 100 } });
  const { table } = scenario;
  const merges = async (): Promise<number> => {
    const { rows } = await scenario.installation.database.pool.query<{ n: number }>(
      `select count(*)::int as n from lake_commit where kind = 'compaction'`,
    );
    return rows[0]?.n ?? 0;
  };
  await using work = scenario.work();
  let round = 0;
  await work.until(
    async () => {
      round++;
      await scenario.sql(`begin;
        update ${table} set balance = balance + 1 where id % 11 = ${round % 11};
        delete from ${table} where id = ${round + 20};
        insert into ${table} values (${10_000 + round}, 'new', 1, null);
        commit`);
      return (await merges()) >= 2;
    },
    { what: 'files were merged twice', withinMs: 120_000 },
  );
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

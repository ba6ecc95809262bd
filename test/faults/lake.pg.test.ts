import { expect, test } from 'vitest';
import { openScenario, type Scenario } from './scenario.ts';

/** Somebody else's request to the catalog. */
async function ask(scenario: Scenario, method: string, path: string, body?: unknown): Promise<void> {
  const { catalogUrl, token } = scenario.installation;
  const response = await fetch(`${catalogUrl}/v1/lake/namespaces/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

async function load(scenario: Scenario, namespace: string) {
  const { catalogUrl, token } = scenario.installation;
  const response = await fetch(`${catalogUrl}/v1/lake/namespaces/${namespace}/tables/${scenario.table}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { metadata } = (await response.json()) as { metadata: { snapshots: { 'snapshot-id': number }[] } };
  return metadata;
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

test('the catalog lets nobody roll a table back beneath its pipeline, or the table is parked (row 78)', async () => {
  await using scenario = await openScenario('rolled_back');
  {
    await using work = scenario.work();
    for (let round = 0; round < 3; round++) {
      await scenario.sql(`update ${scenario.table} set balance = balance + 1 where id < 9`);
      await scenario.caughtUp(work);
    }
  }
  const { snapshots } = await load(scenario, 'rolled_back');
  const [oldest] = snapshots;
  const rollback = ask(scenario, 'POST', `rolled_back/tables/${scenario.table}`, {
    requirements: [],
    updates: [
      { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': oldest?.['snapshot-id'] },
    ],
  });
  const isRefused = await rollback.then(
    () => false,
    () => true,
  );
  await scenario.sql(`update ${scenario.table} set balance = 7 where id < 9`);
  await using work = scenario.work();
  if (isRefused) {
    await scenario.caughtUp(work);
    await scenario.assertExact();
  } else {
    await work.until(async () => (await tableError(scenario)) !== null, { what: 'the table is parked' });
    expect(await tableError(scenario)).toBe('LAKE_MARKER_MISMATCH');
  }
});

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

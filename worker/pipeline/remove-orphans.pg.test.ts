import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { openHttpFault } from '@/test/faults/http-fault.ts';
import { assertMirror, openInBucket } from '@/test/faults/open-in-bucket.ts';
import { openScenario, type Scenario } from '@/test/faults/scenario.ts';
import { CREATED_PROPERTY } from '@/worker/iceberg/create-properties.ts';
import { readPipeline } from './definition.ts';
import { openLake } from './lake.ts';
import { lookThroughNext } from './remove-orphans.ts';

const DAYS_MS = 86_400_000;

/** Looks through every table once, as a commit shift does. */
async function lookThrough({ installation, pipeline: { id } }: Scenario, orphanAgeHours: number): Promise<void> {
  const { database, deps, destinationId } = installation;
  const pipeline = await readPipeline(database.pool, id);
  if (!pipeline) throw new Error('the pipeline is gone');
  const { signal } = new AbortController();
  await using lake = await openLake(deps, { destinationId, signal });
  await database.pool.query(`update pipeline_table set orphans_looked_at = now() - interval '1 day'`);
  const config = { ...deps.config, orphanAgeHours };
  while (await lookThroughNext({ deps: { ...deps, config }, pipeline, lake, log: deps.log, signal }));
}

const figures = async ({ installation }: Scenario) => {
  const { rows } = await installation.database.pool.query<{ found: number; removed: number }>(
    'select orphan_files as found, orphans_removed::int as removed from pipeline_table',
  );
  return rows[0] ?? { found: -1, removed: -1 };
};

/** As if the lake tables had been made long ago, and every file in them stored four days ago. */
async function grow(scenario: Scenario, folder: string): Promise<void> {
  const { catalogUrl, token } = scenario.installation;
  const namespace = await scenario.installation.database.pool.query<{ namespace: string }>(
    'select namespace from pipeline',
  );
  for (const table of [scenario.table, `${scenario.table}_changelog`]) {
    const path = `namespaces/${namespace.rows[0]?.namespace}/tables/${table}`;
    const response = await fetch(`${catalogUrl}/v1/lake/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        requirements: [],
        updates: [{ action: 'set-properties', updates: { [CREATED_PROPERTY]: '1' } }],
      }),
    });
    if (!response.ok) throw new Error(await response.text());
  }
  const then = new Date(Date.now() - 4 * DAYS_MS);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then);
  }
}

async function crashAt(scenario: Scenario, point: Failpoint): Promise<void> {
  const work = scenario.work();
  let isCrashed = false;
  const ended: Promise<void>[] = [];
  using _armed = armFailpoint(point, () => {
    isCrashed = true;
    ended.push(Promise.resolve(work[Symbol.asyncDispose]()));
    throw new Error('crash');
  });
  await work.until(async () => isCrashed, { what: `a crash at ${point}` });
  await Promise.all(ended);
}

const write = (scenario: Scenario, from: number) =>
  scenario.sql(`begin;
    insert into ${scenario.table} select i, 'new', 0, repeat('n', 200) from generate_series(${from}, ${from + 50}) i;
    update ${scenario.table} set balance = balance + 1 where id % 7 = 0;
    commit`);

const warehouse = ({ installation }: Scenario) => join(installation.deps.config.dataDir, 'warehouse');

/** Crashes that leave files, then a worker that brings everything into the lake, so that only the waste is unnamed. */
async function leaveWaste(scenario: Scenario): Promise<void> {
  await write(scenario, 9_000);
  await crashAt(scenario, 'files-uploaded');
  await crashAt(scenario, 'files-uploaded');
  await using work = scenario.work();
  await scenario.caughtUp(work);
}

test('what crashes have left in a folder goes after its age, and nothing that the lake needs (row 72)', async () => {
  await using scenario = await openScenario('waste');
  await leaveWaste(scenario);
  await lookThrough(scenario, 72);
  const { found, removed } = await figures(scenario);
  expect({ found: found >= 4, removed }).toEqual({ found: true, removed: 0 });

  await grow(scenario, warehouse(scenario));
  await lookThrough(scenario, 72);
  expect(await figures(scenario)).toEqual({ found: 0, removed: found });
  await scenario.assertExact();
  await using work = scenario.work();
  await write(scenario, 9_500);
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

test('what crashes have left in a bucket goes after its age, and nothing that the lake needs (row 72)', async () => {
  await using bucket = await openInBucket('waste_s3');
  const { scenario, folder } = bucket;
  await leaveWaste(scenario);
  await grow(scenario, folder);
  await lookThrough(scenario, 72);
  const { found, removed } = await figures(scenario);
  expect({ found, removed: removed >= 4 }).toEqual({ found: 0, removed: true });
  await assertMirror(scenario, 'waste_s3');
  await using work = scenario.work();
  await write(scenario, 9_500);
  await scenario.caughtUp(work);
  await assertMirror(scenario, 'waste_s3');
});

test('files of others, and those of a table that had the folder before, are left alone (row 73)', async () => {
  await using scenario = await openScenario('before');
  await leaveWaste(scenario);
  // Old, but the table says that it is younger.
  const then = new Date(Date.now() - 4 * DAYS_MS);
  for (const entry of await readdir(warehouse(scenario), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then);
  }
  await lookThrough(scenario, 1);
  expect((await figures(scenario)).removed).toBe(0);
  await scenario.assertExact();
});

test('a commit in flight finds its files, however soon waste is removed (row 73)', async () => {
  await using scenario = await openScenario('in_flight');
  const { config } = scenario.installation.deps;
  await using proxy = await openHttpFault(config.catalogUrl);
  let release: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = false;
  proxy.set(({ method, path }) => {
    if (method !== 'POST' || !path.endsWith('/transactions/commit') || isHeld) return null;
    isHeld = true;
    return { kind: 'held', until };
  });
  await write(scenario, 9_000);
  {
    await using first = scenario.work({ config: { ...config, catalogUrl: proxy.uri } });
    await first.until(async () => isHeld, { what: 'a commit is on its way' });
  }
  await lookThrough(scenario, 0);
  const { found, removed } = await figures(scenario);
  expect({ found: found > 0, removed }).toEqual({ found: true, removed: 0 });
  release();
  await using second = scenario.work();
  await scenario.caughtUp(second);
  await scenario.assertExact();
});

test('files of a copy that has not joined yet are kept (row 73)', async () => {
  await using scenario = await openScenario('staged');
  const { installation, pipeline } = scenario;
  const { rows } = await installation.database.pool.query<{ id: string }>('select id from pipeline_table');
  await resyncTable(installation.control, SYSTEM_ACTOR, { pipelineId: pipeline.id, tableId: Number(rows[0]?.id) });
  await crashAt(scenario, 'chunk-stored');
  await grow(scenario, warehouse(scenario));
  await lookThrough(scenario, 1);
  await using work = scenario.work();
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

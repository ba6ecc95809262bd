import { expect, test } from 'vitest';
import { armFailpoint, type Failpoint } from '@/server/platform/failpoint.ts';
import { loadTable } from '@/test/compare/rest-catalog.ts';
import { openScenario, type Scenario } from './scenario.ts';

/** Runs a worker until it has died at the point once: the first time, or the first time that `isDue` then. */
async function dieAt(scenario: Scenario, point: Failpoint, isDue = async () => true): Promise<void> {
  const work = scenario.work();
  const ended: Promise<void>[] = [];
  using _armed = armFailpoint(point, async () => {
    if (ended.length === 0 && !(await isDue())) return;
    if (ended.length === 0) ended.push(Promise.resolve(work[Symbol.asyncDispose]()));
    throw new Error('crash');
  });
  await work.until(async () => ended.length > 0, { what: `a crash at ${point}` });
  await Promise.all(ended);
}

async function columnsOf({ installation, table }: Scenario, namespace: string): Promise<string[]> {
  const { catalogUrl, token } = installation;
  const { fields } = await loadTable({ catalogUrl, token, warehouse: 'lake', namespace, table });
  return fields.map(({ name }) => name);
}

test('columns that reached the lake before a crash stay, whatever older transactions are replayed (row 42)', async () => {
  // Long enough for the three shapes to be one batch; where a slow machine makes it two, the last is the one that dies.
  await using scenario = await openScenario('rewound', { settings: { batchAgeMsMax: 2000 } });
  const { table } = scenario;
  // Three shapes wait together: the one before, one with a column more, one renamed and with another column.
  await scenario.sql(`update ${table} set balance = balance + 1 where id < 50`);
  await scenario.sql(`alter table ${table} add column first text; update ${table} set first = 'f' where id < 40`);
  await scenario.sql(`begin;
    update ${table} set balance = 0 where id = 60;
    alter table ${table} add column second int;
    update ${table} set second = id where id < 30;
    commit`);
  const hasSecond = async () => (await columnsOf(scenario, 'rewound')).includes('second');
  await dieAt(scenario, 'schema-evolved', hasSecond);
  expect(await columnsOf(scenario, 'rewound')).toEqual(expect.arrayContaining(['first', 'second']));
  // What was received is sent again by nobody: the batch is repeated, beside changes of yet another shape.
  await scenario.sql(
    `alter table ${table} rename column first to renamed; update ${table} set renamed = 'r' where id = 1`,
  );
  await scenario.sql(
    `alter table ${table} alter column second type bigint; update ${table} set second = 5000000000 where id = 2`,
  );
  await dieAt(scenario, 'files-uploaded');
  await dieAt(scenario, 'batch-committed');
  await using work = scenario.work();
  await scenario.caughtUp(work);
  await scenario.assertExact();
  expect(await columnsOf(scenario, 'rewound')).toEqual(expect.arrayContaining(['renamed', 'second']));
});

test('columns that reached the lake before the source crashed stay when older transactions are sent again (row 42)', async () => {
  await using scenario = await openScenario('resent');
  const { table } = scenario;
  await scenario.sql(`update ${table} set balance = balance + 1 where id < 50`);
  await scenario.sql(`alter table ${table} add column more text; update ${table} set more = 'm' where id < 40`);
  // Received and lost before it was stored, so that the source sends the older shape first again.
  await dieAt(scenario, 'segment-received');
  await scenario.sql(`alter table ${table} drop column note; update ${table} set more = 'n' where id < 10`);
  await dieAt(scenario, 'schema-evolved');
  await using work = scenario.work();
  await scenario.caughtUp(work);
  await scenario.assertExact();
});

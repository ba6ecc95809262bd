import { expect, test } from 'vitest';
import type { HttpFault } from './http-fault.ts';
import { assertMirror, openInBucket } from './open-in-bucket.ts';
import type { Scenario } from './scenario.ts';

const write = (scenario: Scenario, from: number) =>
  scenario.sql(`begin;
    insert into ${scenario.table} select i, 'new', 0, repeat('n', 200) from generate_series(${from}, ${from + 50}) i;
    update ${scenario.table} set balance = balance + 1 where id % 7 = 0;
    delete from ${scenario.table} where id % 31 = 5;
    commit`);

const FAULTS: readonly [string, HttpFault][] = [
  ['stored and its answer lost', { kind: 'applied-then-dropped' }],
  ['told to slow down', { kind: 'reject', status: 503 }],
  ['failed inside the store', { kind: 'applied-then-status', status: 500 }],
];

test.each(FAULTS)('an upload that is %s leaves every row in the lake once (row 70)', async (_what, fault) => {
  await using bucket = await openInBucket('uploads');
  const { scenario, proxy } = bucket;
  await using work = scenario.work();
  let left = 8;
  proxy.set(({ method }) => ((method === 'PUT' || method === 'POST') && left-- > 0 ? fault : null));
  await write(scenario, 9_000);
  await scenario.caughtUp(work);
  await write(scenario, 9_500);
  await scenario.caughtUp(work);
  expect(proxy.hits).toBe(8);
  await assertMirror(scenario, 'uploads');
});

test('reads that break off in the middle are asked again (row 70)', async () => {
  await using bucket = await openInBucket('reads');
  const { scenario, proxy } = bucket;
  let left = 6;
  proxy.set(({ method }) => (method === 'GET' && left-- > 0 ? { kind: 'truncated' } : null));
  await using work = scenario.work();
  await write(scenario, 9_000);
  await scenario.caughtUp(work);
  await assertMirror(scenario, 'reads');
});

test('a store that is away is waited for, without a hot loop, and the backlog follows (row 71)', async () => {
  await using bucket = await openInBucket('away');
  const { scenario, proxy } = bucket;
  await using work = scenario.work();
  proxy.set(() => ({ kind: 'reject', status: 503 }));
  await write(scenario, 9_000);
  await work.until(async () => (await scenario.state()).code !== null, { what: 'the error is shown' });
  expect((await scenario.state()).state).not.toBe('needs_attention');
  for (let batch = 1; batch <= 5; batch++) await write(scenario, 9_000 + batch * 100);
  expect(proxy.hits).toBeLessThan(200);
  proxy.set(null);
  await scenario.caughtUp(work);
  await assertMirror(scenario, 'away');
});

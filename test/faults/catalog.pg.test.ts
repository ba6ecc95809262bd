import { expect, test } from 'vitest';
import type { FaultRule, HttpFault } from './http-fault.ts';
import { openHttpFault } from './http-fault.ts';
import { openScenario, type Scenario } from './scenario.ts';

const isCommit = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'POST' && (path.endsWith('/transactions/commit') || /\/tables\/[^/]+$/.test(path));

/** Hits the first `times` commits. */
const onCommits = (fault: HttpFault, times: number): FaultRule => {
  let left = times;
  return (request) => (isCommit(request) && left-- > 0 ? fault : null);
};

/** The worker's view of an installation whose catalog is behind a proxy. */
async function openBehindProxy(scenario: Scenario) {
  const { config } = scenario.installation.deps;
  const proxy = await openHttpFault(config.catalogUrl);
  return { proxy, through: { config: { ...config, catalogUrl: proxy.uri } } };
}

/** Transactions that keep the sum of balances, with inserts and deletes. */
async function write(scenario: Scenario, from: number): Promise<void> {
  for (let step = 0; step < 10; step++) {
    const id = from + step;
    await scenario.sql(`begin;
      insert into ${scenario.table} values (${id}, 'new', 0, 'n');
      update ${scenario.table} set balance = balance - 5 where id = ${1 + (id % 400)};
      update ${scenario.table} set balance = balance + 5 where id = ${1 + ((id * 7) % 400)};
      delete from ${scenario.table} where id = ${from + step - 3} and balance = 0;
      commit`);
  }
}

const UNKNOWN: readonly [string, HttpFault][] = [
  ['is applied and its answer lost', { kind: 'applied-then-dropped' }],
  ['is applied and answered 500', { kind: 'applied-then-status', status: 500 }],
  ['is applied and answered 502', { kind: 'applied-then-status', status: 502 }],
  ['is applied and answered 503', { kind: 'applied-then-status', status: 503 }],
  ['is applied and answered 504', { kind: 'applied-then-status', status: 504 }],
  ['is not applied and answered 503', { kind: 'reject', status: 503 }],
  ['is not applied and answered 500', { kind: 'reject', status: 500 }],
  ['is applied and its answer cut short', { kind: 'truncated' }],
];

test.each(UNKNOWN)('a commit that %s is in the lake once (row 75)', async (_what, fault) => {
  await using scenario = await openScenario('unknown');
  const { proxy, through } = await openBehindProxy(scenario);
  await using _proxy = proxy;
  await using work = scenario.work(through);
  // One commit for each writing at least; how many batches a writing becomes is a matter of timing.
  proxy.set(onCommits(fault, 2));
  await write(scenario, 9_000);
  await scenario.caughtUp(work);
  await write(scenario, 9_500);
  await scenario.caughtUp(work);
  expect(proxy.hits).toBe(2);
  await scenario.assertExact();
});

test('a commit that lands after its worker is gone is in the lake once (row 76)', async () => {
  await using scenario = await openScenario('late');
  const { proxy, through } = await openBehindProxy(scenario);
  await using _proxy = proxy;
  let release: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  proxy.set(onCommits({ kind: 'held', until }, 1));
  await write(scenario, 9_000);
  {
    await using first = scenario.work(through);
    await first.until(async () => proxy.hits === 1, { what: 'a commit is on its way' });
  }
  await using second = scenario.work();
  await write(scenario, 9_500);
  const lake = scenario.caughtUp(second);
  release();
  await lake;
  await write(scenario, 9_700);
  await scenario.caughtUp(second);
  await scenario.assertExact();
});

test('a catalog that refuses credentials stops the pipeline with the remedy, one that is away does not (row 77)', async () => {
  await using scenario = await openScenario('away');
  const { proxy, through } = await openBehindProxy(scenario);
  await using _proxy = proxy;
  {
    await using work = scenario.work(through);
    proxy.set(() => ({ kind: 'reject', status: 503, headers: { 'retry-after': '1' } }));
    await write(scenario, 9_000);
    await work.until(async () => (await scenario.state()).code !== null, { what: 'the error is shown' });
    expect(await scenario.state()).not.toMatchObject({ state: 'needs_attention' });
    // One look per rest, not a hot loop.
    expect(proxy.hits).toBeLessThan(50);
    proxy.set(null);
    await scenario.caughtUp(work);
    expect((await scenario.state()).code).toBeNull();
  }
  await using work = scenario.work(through);
  proxy.set(() => ({ kind: 'reject', status: 401 }));
  await write(scenario, 9_500);
  expect(await scenario.shows(work, 'CATALOG_DENIED')).toMatchObject({ state: 'needs_attention' });
});

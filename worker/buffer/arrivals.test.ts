import { expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';

const NEVER_MS = 2_000_000;

test('whoever waits hears of what comes, and of what came while he looked', async () => {
  const arrivals = new Arrivals();
  const { signal } = new AbortController();
  const count = arrivals.count('a');
  const heard = arrivals.next('a', { count, ms: NEVER_MS, signal });
  arrivals.tell('a');
  await heard;
  await arrivals.next('a', { count, ms: NEVER_MS, signal });
  expect(arrivals.count('a')).toBe(count + 1);
});

test('nobody is woken by what is not his, and everybody by time and shutdown', async () => {
  const arrivals = new Arrivals();
  const stop = new AbortController();
  let isWoken = false;
  const waiting = arrivals.next('a', { count: 0, ms: NEVER_MS, signal: stop.signal }).then(() => {
    isWoken = true;
  });
  arrivals.tell('b');
  await arrivals.next('c', { count: 0, ms: 1, signal: stop.signal });
  expect(isWoken).toBe(false);
  stop.abort();
  await waiting;
  await arrivals.next('a', { count: 0, ms: NEVER_MS, signal: stop.signal });
});

import { sleep } from '@/server/platform/sleep.ts';

/** Longer than a connection attempt may take. */
export const UNIFORM_MS = 5_000;

/**
 * Holds an answer back until `UNIFORM_MS` have passed. Whoever may test connections must not learn, from how soon it failed,
 * which ports of our network are closed, filtered or taken by something else.
 */
export async function uniformly(startedAt: number, signal: AbortSignal): Promise<void> {
  const restMs = UNIFORM_MS - (performance.now() - startedAt);
  if (restMs > 0) await sleep(restMs, signal);
}

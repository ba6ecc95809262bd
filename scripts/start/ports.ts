import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@/server/errors/app-error.ts';
import { freePort } from '@/server/platform/embedded/free-port.ts';

/** What a killed start left behind ends by itself within this time. */
const LEFTOVER_WAIT_MS = 10_000;

/**
 * A free port on 127.0.0.1: exactly `wanted` when a person asked for it, else the one of the last start, the usual one
 * or, when others have taken these, any.
 */
export async function choosePort(options: {
  wanted: number | undefined;
  last: number | undefined;
  usual: number;
  afterCrash: boolean;
}): Promise<number> {
  const { wanted, last, usual, afterCrash } = options;
  const first = wanted ?? last ?? usual;
  const deadline = Date.now() + (afterCrash ? LEFTOVER_WAIT_MS : 0);
  for (;;) {
    const port = await freePort(first);
    if (port === first) return port;
    if (Date.now() < deadline) {
      await delay(100);
      continue;
    }
    if (wanted !== undefined) {
      throw new AppError('INVALID_INPUT', `port ${wanted} is taken by another program; choose another one with --port`);
    }
    return await freePort(usual);
  }
}

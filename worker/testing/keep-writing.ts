import { setTimeout as delay } from 'node:timers/promises';
import type { TestDatabase } from '@/db/testing/test-database.ts';

/** Long enough that a test's writer leaves the two cores to what is tested, short enough that no moment is quiet. */
const PAUSE_MS = 5;

export type Writer = AsyncDisposable & {
  /** How often the statements have run. */
  written(): number;
};

/**
 * Runs `statements(n)` for n = 1, 2, 3 ... until disposed, as someone who works on while other things happen. Disposing
 * rejects with what failed.
 */
export function keepWriting(source: TestDatabase, statements: (n: number) => string): Writer {
  let isOver = false;
  let written = 0;
  const write = async () => {
    for (let n = 1; !isOver; n++) {
      await source.query(statements(n));
      written = n;
      await delay(PAUSE_MS);
    }
  };
  const running = write();
  running.catch(() => undefined); // met when it is disposed of
  return {
    written: () => written,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await running;
    },
  };
}

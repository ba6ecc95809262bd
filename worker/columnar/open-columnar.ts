import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '@/server/platform/logger.ts';
import { ColumnarSession } from './columnar-session.ts';
import { Engines } from './engines.ts';
import { LocalBlocks } from './local-blocks.ts';

/** The process's DuckDB and its scratch folder. Tables and batches work at once, each in its own session. */
export type Columnar = AsyncDisposable & {
  readonly workDir: string;
  readonly log: Log;
  readonly localBlocks: LocalBlocks;
  /** A connection with its own temporary tables and scratch folder; aborting the signal interrupts its statement. */
  openSession(signal?: AbortSignal): Promise<ColumnarSession>;
};

export type ColumnarOptions = {
  /** Scratch files and spilled memory go below it; it is created when missing. */
  readonly workDir: string;
  readonly memoryLimitMb?: number;
  readonly threads?: number;
  readonly log: Log;
};

/** Starts DuckDB in this process. Disposing it ends every session's connection and removes what it wrote to `workDir`. */
export async function openColumnar(options: ColumnarOptions): Promise<Columnar> {
  const { workDir, memoryLimitMb = 384, threads = 1, log } = options;
  const home = path.join(workDir, `columnar-${randomUUID()}`);
  const blocksDir = path.join(home, 'blocks');
  await mkdir(blocksDir, { recursive: true });
  const engines = await Engines.open({ home, memoryLimitMb, threads });
  let sessions = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined); // the caller's to handle
    return mine;
  };
  return {
    workDir: home,
    log,
    localBlocks: new LocalBlocks({ dir: blocksDir }),
    async openSession(signal) {
      signal?.throwIfAborted();
      const scratchDir = path.join(home, `session-${sessions++}`);
      await mkdir(scratchDir);
      const { connection, close } = await engines.connect();
      return ColumnarSession.open({ connection, close, scratchDir, alone, ...(signal ? { signal } : {}) });
    },
    async [Symbol.asyncDispose]() {
      engines[Symbol.dispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}

import { resolve } from 'node:path';
import { type SupervisedChild, superviseChild } from '@/scripts/start/supervised-child.ts';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { portTaken } from '@/server/platform/listen.ts';
import { type Breakable, openBreakable } from './open-breakable.ts';

const READY_MS = 60_000;

/** With a worker that is started again whenever it dies, as the product's launcher does. */
export type Soak = Breakable & {
  readonly worker: SupervisedChild;
  /** Its health and metrics. */
  readonly workerUrl: string;
};

export async function openSoak({ root, workerLog }: { root: string; workerLog: string }): Promise<Soak> {
  const installation = await openBreakable();
  const port = await freePort();
  const workerUrl = `http://127.0.0.1:${port}`;
  const worker = superviseChild({
    name: 'worker',
    file: resolve(root, 'dist/worker.mjs'),
    env: () => ({ ...installation.workerEnv, PHILOTES_WORKER_PORT: String(port) }),
    logFile: workerLog,
    onPortTaken: () => Promise.reject(portTaken(port, 'PHILOTES_WORKER_PORT')),
    onRestart: () => undefined,
  });
  const close = async (): Promise<void> => {
    await worker.stop();
    await installation[Symbol.asyncDispose]();
  };
  try {
    const signal = AbortSignal.timeout(READY_MS);
    await worker.ready({ url: () => `${workerUrl}/health/ready`, withinMs: READY_MS, signal });
    return { ...installation, worker, workerUrl, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

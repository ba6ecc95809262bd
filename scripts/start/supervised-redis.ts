import { randomBytes } from 'node:crypto';
import { type EmbeddedRedis, startRedis } from '@/server/platform/embedded/redis.ts';
import { sleep } from '@/server/platform/sleep.ts';

const BACK_OFF_MS_MIN = 250;
const BACK_OFF_MS_MAX = 15_000;

export type SupervisedRedis = {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
};

type Options = Omit<Parameters<typeof startRedis>[0], 'password'> & {
  readonly onLaunch: (pid: number | undefined) => void;
};

/** Starts Redis, and again on the same port with the same password whenever it ends without being told to. */
export async function superviseRedis(options: Options): Promise<SupervisedRedis> {
  const { log, onLaunch, port: _, ...rest } = options;
  const password = randomBytes(24).toString('base64url');
  let server: EmbeddedRedis = await startRedis({ ...options, password });
  const { url, port } = server;
  onLaunch(server.pid);
  const stopping = new AbortController();

  const again = async (): Promise<EmbeddedRedis | null> => {
    try {
      const next = await startRedis({ ...rest, log, port, password, signal: stopping.signal });
      if (next.port === port) return next;
      // Someone else has the port now: clients know no other, so it is waited for.
      await next.stop();
    } catch (error) {
      if (!stopping.signal.aborted) log.warn('redis does not start', { error });
    }
    return null;
  };
  const run = async () => {
    let waitMs = BACK_OFF_MS_MIN;
    for (;;) {
      await server.ended;
      if (stopping.signal.aborted) return;
      log.warn('a process ended and is started again', { process: 'redis' });
      for (let next: EmbeddedRedis | null = null; !next; waitMs = Math.min(waitMs * 2, BACK_OFF_MS_MAX)) {
        await sleep(waitMs, stopping.signal);
        if (stopping.signal.aborted) return;
        next = await again();
        if (next) server = next;
      }
      onLaunch(server.pid);
      waitMs = BACK_OFF_MS_MIN;
    }
  };
  const running = run();
  return {
    url,
    port,
    async stop() {
      stopping.abort();
      await server.stop();
      await running;
    },
  };
}

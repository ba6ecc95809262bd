import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { Queue } from 'bullmq';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import type { Log } from '@/server/platform/logger.ts';
import { QUEUES } from '@/server/queue/queues.ts';

export const BOARD_PATH = '/admin/queues';

/** The page of what waits and runs in the queues. Jobs hold ids only. */
export type QueueBoard = AsyncDisposable & {
  /** Answers a request whose sender was let in already; without `mayChange` nothing can be changed by it. */
  answer(request: Request, rights: { readonly mayChange: boolean }): Promise<Response>;
};

const COMMAND_TIMEOUT_MS = 3_000;

/** Opens the board over all our queues. Nothing connects until it is looked at; while Redis is away its calls fail soon. */
export function openQueueBoard(redisUrl: string, log: Log): QueueBoard {
  const connection = new Redis(redisUrl, {
    lazyConnect: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 500, 10_000),
  });
  connection.on('error', (error) => log.debug('redis is not reachable', { error }));
  const queues = Object.values(QUEUES).map((name) => {
    const queue = new Queue(name, { connection, skipWaitingForReady: true, skipVersionCheck: true });
    queue.on('error', (error) => log.debug('queue is not reachable', { queue: name, error }));
    return queue;
  });
  const boards = { read: mount(queues, true), change: mount(queues, false) };
  return {
    answer: async (request, { mayChange }) => (mayChange ? boards.change : boards.read).fetch(request),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(queues.map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}

function mount(queues: readonly Queue[], readOnlyMode: boolean): Hono {
  const serverAdapter = new HonoAdapter(serveStatic).setBasePath(BOARD_PATH);
  const adapters = queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode, allowRetries: !readOnlyMode }));
  createBullBoard({
    queues: adapters,
    serverAdapter,
    options: { uiConfig: { boardTitle: readOnlyMode ? 'Philotes queues (read-only)' : 'Philotes queues' } },
  });
  return new Hono({ strict: false }).route(BOARD_PATH, serverAdapter.registerPlugin());
}

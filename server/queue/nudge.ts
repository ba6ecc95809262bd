import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Log } from '@/server/platform/logger.ts';
import { JOB_OPTIONS, type JobPayload, QUEUES, type QueueName } from './queues.ts';

/**
 * Asks the workers for something, soon. Returns at once and never fails: the reconciler finds the row anyway. A job whose
 * id already waits or runs is not added again; ids hold no colon.
 */
export type Nudge = <Name extends QueueName>(queue: Name, job: { jobId: string; payload: JobPayload<Name> }) => void;

/** A nudge that reaches nobody, for tests and one-shot tools. */
export const silentNudge: Nudge = () => undefined;

const COMMAND_TIMEOUT_MS = 2_000;

/** Opens producers that give up at once while Redis is away, instead of keeping requests waiting. */
export function openNudge(redisUrl: string, log: Log): AsyncDisposable & { readonly nudge: Nudge } {
  const connection = new Redis(redisUrl, {
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
  });
  connection.on('error', (error) => log.debug('redis is not reachable', { error }));
  const queues = new Map<QueueName, Queue>();
  const queueOf = (name: QueueName): Queue => {
    const known = queues.get(name);
    if (known) return known;
    const queue = new Queue(QUEUES[name], { connection, skipWaitingForReady: true, skipVersionCheck: true });
    queue.on('error', (error) => log.debug('queue is not reachable', { queue: name, error }));
    queues.set(name, queue);
    return queue;
  };
  return {
    nudge(name, { jobId, payload }) {
      queueOf(name)
        .add(name, payload, { ...JOB_OPTIONS, jobId })
        .catch((error: unknown) => log.warn('workers were not nudged', { queue: name, jobId, error }));
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}

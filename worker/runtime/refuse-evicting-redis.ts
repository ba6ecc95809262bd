import { Redis } from 'ioredis';
import { AppError } from '@/server/errors/app-error.ts';
import { readRedisFacts } from './redis-facts.ts';

const ANSWER_MS_MAX = 3_000;

/**
 * Throws QUEUES_EVICT when the queue server would throw keys away as soon as its memory is full, locks of running jobs among
 * them. One that does not answer now, or does not tell, is no reason not to start: workers wait for it anyway.
 */
export async function refuseEvictingRedis(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl, {
    connectTimeout: ANSWER_MS_MAX,
    commandTimeout: ANSWER_MS_MAX,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // the answer says it all
  try {
    const policy = (await readRedisFacts(redis))?.evictionPolicy ?? null;
    if (policy === null || policy === 'noeviction') return;
    throw new AppError('QUEUES_EVICT', `the queue server's maxmemory-policy is ${policy}`);
  } finally {
    redis.disconnect();
  }
}

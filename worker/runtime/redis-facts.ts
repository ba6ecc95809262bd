import type { Redis } from 'ioredis';

/** What matters of a Redis: BullMQ loses jobs when keys are evicted. */
export type RedisFacts = { readonly version: string | null; readonly evictionPolicy: string | null };

/** Asks the server; null while it does not answer. Managed services leave out what they do not want to tell. */
export async function readRedisFacts(redis: Redis): Promise<RedisFacts | null> {
  try {
    const info = await redis.info();
    const field = (name: string): string | null => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
    // Valkey reports a compatible version under Redis's name and its own under another.
    return { version: field('valkey_version') ?? field('redis_version'), evictionPolicy: field('maxmemory_policy') };
  } catch {
    return null;
  }
}

import type { WorkerRow } from '@/db/queries/read-workers.ts';
import { PRODUCT_VERSION } from '@/server/platform/product-version.ts';
import type { SystemService } from './system-view.ts';

type Seen = Pick<WorkerRow, 'is_alive' | 'version' | 'redis_version' | 'redis_eviction_policy' | 'host'>;

/** How the parts of an installation are. That this runs at all means that web and database do. */
export function servicesOf(workers: readonly Seen[]): SystemService[] {
  return [
    { name: 'web', state: 'ok', message: 'It answers.', remedy: '' },
    { name: 'database', state: 'ok', message: 'It answers.', remedy: '' },
    workersService(workers),
    redisService(workers.filter(({ is_alive }) => is_alive)),
  ];
}

function workersService(workers: readonly Seen[]): SystemService {
  const alive = workers.filter(({ is_alive }) => is_alive);
  const silent = workers.length - alive.length;
  if (alive.length === 0) {
    const message = 'No worker has been heard of for half a minute: nothing is replicated.';
    return { name: 'workers', state: 'failed', message, remedy: 'Start a worker, or read the log of the last one.' };
  }
  const older = alive.find(({ version }) => version !== PRODUCT_VERSION);
  if (older) {
    const message = `The worker on ${older.host} has version ${older.version}; this is ${PRODUCT_VERSION}.`;
    return { name: 'workers', state: 'warning', message, remedy: 'Restart it with the same version.' };
  }
  if (silent > 0) {
    const message = `${alive.length} run; ${silent} fell silent within the last day without signing off.`;
    return {
      name: 'workers',
      state: 'warning',
      message,
      remedy: 'Read their logs: they crashed or lost the database.',
    };
  }
  return {
    name: 'workers',
    state: 'ok',
    message: alive.length === 1 ? 'One is at work.' : `${alive.length} are at work.`,
    remedy: '',
  };
}

/** Rows are the truth and jobs are rebuilt, so a bad Redis delays work and loses nothing. */
function redisService(alive: readonly Seen[]): SystemService {
  const name = 'redis';
  if (alive.length === 0) {
    return { name, state: 'warning', message: 'Not known while no worker runs.', remedy: 'Start a worker.' };
  }
  const seen = alive.filter(({ redis_version }) => redis_version !== null);
  if (seen.length < alive.length) {
    const message = `${alive.length - seen.length} of ${alive.length} workers cannot reach it: they begin no new work.`;
    return { name, state: 'failed', message, remedy: 'Start Redis, or correct REDIS_URL of those workers.' };
  }
  const policy = seen.find(({ redis_eviction_policy }) => redis_eviction_policy !== null)?.redis_eviction_policy;
  if (policy !== undefined && policy !== null && policy !== 'noeviction') {
    const message = `It evicts keys when its memory is full (${policy}), and queued work with them; that is queued again, late.`;
    return {
      name,
      state: 'warning',
      message,
      remedy: 'CONFIG SET maxmemory-policy noeviction, and in its configuration.',
    };
  }
  return { name, state: 'ok', message: 'It answers and keeps its keys.', remedy: '' };
}

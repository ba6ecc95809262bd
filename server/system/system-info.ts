import * as z from 'zod';
import { readWorkers, type WorkerRow } from '@/db/queries/read-workers.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { PRODUCT_VERSION } from '@/server/platform/product-version.ts';
import { limitsOf } from './limits.ts';
import { servicesOf } from './services.ts';
import type { SystemInfo } from './system-view.ts';

export const systemInfoInput = z.strictObject({});

/** Versions, services and their health, workers, limits and licence. Redis is judged by what the workers see of it. */
export async function systemInfo(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
  input: z.input<typeof systemInfoInput>,
): Promise<SystemInfo> {
  authorize(actor, 'system:read');
  parseInput(systemInfoInput, input);
  const { rows } = await database.pool.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  const workers = await readWorkers(database.pool);
  const alive = workers.filter(({ is_alive }) => is_alive);
  return {
    versions: {
      product: PRODUCT_VERSION,
      node: process.versions.node,
      postgresql: rows[0]?.version ?? '',
      redis: alive.find(({ redis_version }) => redis_version !== null)?.redis_version ?? null,
      duckdb: alive[0]?.duckdb_version ?? null,
    },
    services: servicesOf(workers),
    workers: workers.map(workerView),
    limits: limitsOf(config.duckdb),
    dataFolder: actor.scopes.has('settings:read') ? config.dataDir : null,
    publicUrl: config.publicUrl,
    catalogUrl: config.catalogUrl,
    licence: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  };
}

const workerView = (row: WorkerRow): SystemInfo['workers'][number] => ({
  name: row.name,
  host: row.host,
  version: row.version,
  startedAt: row.started_at.toISOString(),
  seenAt: row.seen_at.toISOString(),
  state: row.is_alive ? 'ok' : 'silent',
  memoryBytes: row.memory_bytes,
  jobs: row.jobs,
});

import type { Database } from '@/db/client.ts';
import type { Config, Secrets } from '@/server/config/config.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { Sealer } from '@/server/secrets/seal.ts';
import type { Arrivals } from '@/worker/buffer/arrivals.ts';
import type { Columnar } from '@/worker/columnar/open-columnar.ts';
import type { WorkerMetrics } from './metrics.ts';

/** What the composition root gives to the jobs; each takes only what it uses. */
export type WorkerDeps = {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly config: Config;
  readonly secrets: Pick<Secrets, 'internalKey'>;
  readonly log: Log;
  /** Names this process as a lease holder; new at every start. */
  readonly holder: string;
  readonly columnar: Columnar;
  readonly arrivals: Arrivals;
  readonly metrics: WorkerMetrics;
};

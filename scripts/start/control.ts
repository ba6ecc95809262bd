import { type Database, openDatabase } from '@/db/client.ts';
import { loadConfig } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { setNetworkPolicy } from '@/server/network/process-policy.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { openNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import type { Services } from './services.ts';

export type Control = ControlDeps & AsyncDisposable & { readonly database: Database };

/** The control plane's use-cases from the launcher, with the configuration that web and worker run on. */
export function openControl(services: Services): Control {
  const { config, secrets } = loadConfig(services.env);
  setNetworkPolicy(config.network);
  const database = openDatabase(services.databaseUrl, { max: 4 });
  const queues = openNudge(services.redisUrl, silentLog);
  return {
    database,
    sealer: createSealer(secrets.encryptionKey, secrets.previousEncryptionKey),
    config,
    log: silentLog,
    nudge: queues.nudge,
    async [Symbol.asyncDispose]() {
      await queues[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

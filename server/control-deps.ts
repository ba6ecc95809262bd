import type { Database } from '@/db/client.ts';
import type { Config } from '@/server/config/config.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { Nudge } from '@/server/queue/nudge.ts';
import type { Sealer } from '@/server/secrets/seal.ts';

/** What the control plane's use-cases work with. Each takes the part it needs. */
export type ControlDeps = {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly config: Config;
  readonly log: Log;
  /** Wakes workers early; rows alone would do, seconds later. */
  readonly nudge: Nudge;
};

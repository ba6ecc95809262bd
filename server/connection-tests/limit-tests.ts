import type { Actor } from '@/server/auth/actor.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';

const PER_PERSON_A_MINUTE = 10;
const ALTOGETHER_A_MINUTE = 60;

/** How long a test and its findings are kept. */
export const TEST_KEPT_S = 600;

/** Tests connect to whatever they are told, so nobody gets many. Throws RATE_LIMITED. */
export async function limitTests({ database }: Pick<ControlDeps, 'database'>, actor: Actor): Promise<void> {
  await throttle(database.pool, { key: `test:${actor.name}`, attemptsMax: PER_PERSON_A_MINUTE, windowS: 60 });
  await throttle(database.pool, { key: 'test', attemptsMax: ALTOGETHER_A_MINUTE, windowS: 60 });
}

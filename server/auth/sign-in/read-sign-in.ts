import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { readOidcRow, type SignInSettings, signInView } from './sign-in-view.ts';

/** How people may sign in. */
export async function readSignIn(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
): Promise<SignInSettings> {
  authorize(actor, 'settings:read');
  return signInView(config, await readOidcRow(database.db));
}

import { auditEntry } from '@/db/schema/identity.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { Scope } from '@/server/auth/scopes.ts';
import type { ControlDeps } from '@/server/control-deps.ts';

/** Checks a right for a procedure; a refusal is put on record under the procedure's path. Throws FORBIDDEN. */
export async function allow(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { scope, path }: { scope: Scope; path: string },
): Promise<void> {
  try {
    authorize(actor, scope);
  } catch (error) {
    const { name, address } = actor;
    await database.db.insert(auditEntry).values({ actor: name, address, action: `${path}.refused`, subject: scope });
    throw error;
  }
}

import { recordRefusal } from '@/server/audit/record-refusal.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { Scope } from '@/server/auth/scopes.ts';
import type { ControlDeps } from '@/server/control-deps.ts';

/** Checks a right for a procedure; a refusal is put on record under what was tried. Throws FORBIDDEN. */
export async function allow(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { scope, path }: { scope: Scope; path: string },
): Promise<void> {
  try {
    authorize(actor, scope);
  } catch (error) {
    await recordRefusal(database, actor, { action: actionOf(path), subject: scope });
    throw error;
  }
}

/** `deadLetters.replay` -> `dead-letter.replay`, as the audit log names what use-cases do. */
export function actionOf(path: string): string {
  const [noun = '', verb = ''] = path.split('.');
  return `${kebab(noun).replace(/s$/, '')}.${kebab(verb)}`;
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

import { AppError } from '@/server/errors/app-error.ts';
import { ROLE_SCOPES, type Role, SCOPES, type Scope } from './scopes.ts';

/** Who asks, and what they may do right now. Built afresh for every request, so that a changed role counts at once. */
export type Actor = {
  /** As the audit log shows it. */
  readonly name: `member:${string}` | `key:${string}` | 'system';
  /** The person behind it; null for the system itself. */
  readonly memberId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Network address the request came from. */
  readonly address: string | null;
};

/** Our own processes: reconciler, launcher, command line on the host. */
export const SYSTEM_ACTOR: Actor = { name: 'system', memberId: null, scopes: new Set(SCOPES), address: null };

export const memberActor = (member: { id: string; role: Role }, address: string | null): Actor => ({
  name: `member:${member.id}`,
  memberId: member.id,
  scopes: ROLE_SCOPES[member.role],
  address,
});

/** Throws FORBIDDEN naming the right that is missing. */
export function authorize(actor: Actor, scope: Scope): void {
  if (actor.scopes.has(scope)) return;
  throw new AppError('FORBIDDEN', `this needs the right ${scope}`);
}

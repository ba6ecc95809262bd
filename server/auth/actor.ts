import { AppError } from '@/server/errors/app-error.ts';
import { ROLE_SCOPES, type Role, SCOPES, type Scope } from './scopes.ts';

/** Who asks, and what they may do right now. Built afresh for every request, so that a changed role counts at once. */
export type Actor = {
  /** As the audit log shows it. */
  readonly name: `member:${string}` | `key:${string}` | 'system';
  /** The person behind it; null for the system itself. */
  readonly memberId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** The session of a person in a browser; null for keys and the system. */
  readonly sessionId: string | null;
  /** Network address the request came from. */
  readonly address: string | null;
};

/** Our own processes: reconciler, launcher, command line on the host. */
export const SYSTEM_ACTOR: Actor = {
  name: 'system',
  memberId: null,
  scopes: new Set(SCOPES),
  sessionId: null,
  address: null,
};

export const memberActor = (
  member: { id: string; role: Role },
  address: string | null,
  sessionId: string | null = null,
): Actor => ({
  name: `member:${member.id}`,
  memberId: member.id,
  scopes: ROLE_SCOPES[member.role],
  sessionId,
  address,
});

export const isKey = (actor: Actor): boolean => actor.name.startsWith('key:');

/** Throws FORBIDDEN naming the right that is missing. */
export function authorize(actor: Actor, scope: Scope): void {
  if (actor.scopes.has(scope)) return;
  throw new AppError('FORBIDDEN', `this needs the right ${scope}`);
}

/**
 * Whether somebody holds every right of a role, so that giving it away or taking it from others adds nothing to their own.
 * Rights that only people have do not count: a key of an owner may do what it was given.
 */
export const reaches = (actor: Actor, role: Role): boolean =>
  [...ROLE_SCOPES[role]].every((scope) => actor.scopes.has(scope) || (isKey(actor) && scope === 'profile:manage'));

/** The person who acts for themselves. Throws FORBIDDEN for keys and the system. */
export function personOf(actor: Actor): string {
  if (actor.memberId !== null && !isKey(actor)) return actor.memberId;
  throw new AppError('FORBIDDEN', 'only a person can do this, signed in');
}

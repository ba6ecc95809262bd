import { and, eq, ne, sql } from 'drizzle-orm';
import { auditEntry, member, memberIdentity, session } from '@/db/schema/identity.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { changesBetween } from '@/server/audit/changes-between.ts';
import { isRole, ROLES } from '@/server/auth/scopes.ts';
import { createSession, type StartedSession } from '@/server/auth/sessions.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { lockMembers, requireAnotherOwner } from '@/server/members/lock-members.ts';
import { newId } from '@/server/platform/new-id.ts';
import { type Claims, judgeClaims, type Refusal, type Rules, type Verdict } from './judge-claims.ts';

/** Somebody for whom an issuer vouched: signature, audience, nonce and time of the token were checked. */
export type Vouched = {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
  readonly address: string | null;
  readonly userAgent: string | null;
};

export type Admission =
  | { readonly kind: 'admitted'; readonly session: StartedSession }
  | { readonly kind: 'refused'; readonly reason: Refusal | 'email-taken' | 'disabled' };

type Known = typeof member.$inferSelect;
type Entry = Omit<typeof auditEntry.$inferInsert, 'id' | 'at'>;

/**
 * Lets somebody in whom an issuer vouches for. People are known by issuer and subject, never by their address, so an address
 * that another member has is refused. The role follows the groups at every sign-in: whoever has none any more is disabled,
 * their sessions end and their keys stop, until a group gives one again. The last owner stays one whatever the groups say.
 */
export async function admitPerson(
  { database }: Pick<ControlDeps, 'database'>,
  vouched: Vouched,
  rules: Rules,
): Promise<Admission> {
  const verdict = judgeClaims(vouched.claims, rules);
  const outcome = await database.db.transaction(async (tx) => {
    await lockMembers(tx);
    const known = await findKnown(tx, vouched);
    const decided = known ? await renew(tx, known, verdict) : await enrol(tx, vouched, verdict);
    const { address } = vouched;
    for (const entry of entriesOf(decided, vouched)) await tx.insert(auditEntry).values({ ...entry, address });
    return decided;
  });
  if ('refused' in outcome) return { kind: 'refused', reason: outcome.refused };
  const { address, userAgent } = vouched;
  const started = { memberId: outcome.id, method: 'oidc', address, userAgent } as const;
  return { kind: 'admitted', session: await createSession(database.pool, started) };
}

type Change = { readonly action: string; readonly detail: Record<string, unknown> };
type Decided = { readonly change?: Change } & (
  | { readonly id: string; readonly role: string }
  | { readonly id?: string; readonly refused: Exclude<Admission, { kind: 'admitted' }>['reason'] }
);

async function findKnown(tx: Transaction, { issuer, subject }: Vouched): Promise<Known | undefined> {
  const [row] = await tx
    .select({ member })
    .from(memberIdentity)
    .innerJoin(member, eq(member.id, memberIdentity.memberId))
    .where(and(eq(memberIdentity.issuer, issuer), eq(memberIdentity.subject, subject)));
  return row?.member;
}

/** The first time: a member of their own. */
async function enrol(tx: Transaction, { issuer, subject }: Vouched, verdict: Verdict): Promise<Decided> {
  if ('refused' in verdict) return verdict;
  const { email, name, role } = verdict;
  if (await isTaken(tx, email, '')) return { refused: 'email-taken' };
  const id = newId('mem');
  await tx.insert(member).values({ id, email, name, role });
  await tx.insert(memberIdentity).values({ issuer, subject, memberId: id });
  return { id, role, change: { action: 'member.enrol', detail: { email, role, issuer } } };
}

/** Every other time: address, name and role as they are today. */
async function renew(tx: Transaction, known: Known, verdict: Verdict): Promise<Decided> {
  const { id } = known;
  if (known.disabled && !known.withoutRole) return { id, refused: 'disabled' };
  if ('refused' in verdict) {
    const losesRole = verdict.refused === 'no-role' || verdict.refused === 'groups-overage';
    if (!losesRole) return { id, ...verdict };
    if (await isLastOwner(tx, known)) return { id, role: known.role };
    await tx.delete(session).where(eq(session.memberId, id));
    if (known.disabled) return { id, ...verdict };
    await change(tx, id, { disabled: true, withoutRole: true });
    return { id, ...verdict, change: { action: 'member.lose-role', detail: { role: known.role } } };
  }
  const role = isLower(verdict.role, known.role) && (await isLastOwner(tx, known)) ? known.role : verdict.role;
  // An address that another member has stays theirs; it is a label only.
  const email = (await isTaken(tx, verdict.email, id)) ? known.email : verdict.email;
  const before = { email: known.email, name: known.name, role: known.role, disabled: known.disabled };
  const after = { email, name: verdict.name ?? known.name, role, disabled: false };
  const changes = changesBetween(before, after);
  if (changes.length === 0) return { id, role };
  if (isLower(role, known.role)) await tx.delete(session).where(eq(session.memberId, id));
  await change(tx, id, { ...after, withoutRole: false });
  return { id, role, change: { action: 'member.follow-issuer', detail: { changes } } };
}

const change = (tx: Transaction, id: string, fields: Partial<Known>) =>
  tx
    .update(member)
    .set({ ...fields, version: sql`${member.version} + 1`, updatedAt: sql`now()` })
    .where(eq(member.id, id));

const isTaken = async (tx: Transaction, email: string, byOtherThan: string): Promise<boolean> =>
  (await tx.$count(member, and(sql`lower(${member.email}) = ${email}`, ne(member.id, byOtherThan)))) > 0;

async function isLastOwner(tx: Transaction, { id, role, disabled }: Known): Promise<boolean> {
  if (role !== 'owner' || disabled) return false;
  try {
    await requireAnotherOwner(tx, { than: id, to: 'given another role' });
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'LAST_OWNER') return true;
    throw error;
  }
}

const isLower = (role: string, than: string): boolean =>
  isRole(role) && isRole(than) && ROLES.indexOf(role) < ROLES.indexOf(than);

function entriesOf(decided: Decided, { issuer, subject }: Vouched): Entry[] {
  const who = decided.id === undefined ? 'anonymous' : `member:${decided.id}`;
  const about = decided.id ?? 'unknown';
  const change = decided.change ? [{ actor: who, subject: about, ...decided.change }] : [];
  if (!('refused' in decided)) {
    const detail = { method: 'oidc', role: decided.role };
    return [...change, { actor: who, action: 'session.create', subject: about, detail }];
  }
  const detail = { method: 'oidc', issuer, issuerSubject: subject.slice(0, 200), reason: decided.refused };
  return [...change, { actor: 'anonymous', action: 'session.create.refused', subject: about, detail }];
}

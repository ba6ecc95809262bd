import { auditEntry } from '@/db/schema/identity.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { verifyPassword } from './password.ts';
import { createSession, type StartedSession } from './sessions.ts';
import { forgetAttempts, throttle } from './throttle.ts';

type Attempt = {
  readonly email: string;
  readonly password: string;
  readonly address: string | null;
  readonly userAgent: string | null;
};

/**
 * Signs a person in with e-mail and password. Throttled per account and per address before anything is hashed; the right
 * password clears what was counted against the account. Success and failure are on record. Throws UNAUTHENTICATED (which
 * does not say what was wrong) or RATE_LIMITED.
 */
export async function signIn(
  { database }: Pick<ControlDeps, 'database'>,
  { email, password, address, userAgent }: Attempt,
): Promise<StartedSession> {
  const account = email.trim().toLowerCase().slice(0, 320);
  const accountKey = `sign-in:${account}`;
  await throttle(database.pool, { key: accountKey, attemptsMax: 10, windowS: 300 });
  await throttle(database.pool, { key: `sign-in-from:${address ?? ''}`, attemptsMax: 50, windowS: 300 });
  const { rows } = await database.pool.query<{ id: string; password_hash: string | null }>(
    /* sql */ `select id, password_hash from member where lower(email) = $1 and not disabled`,
    [account],
  );
  const member = rows[0];
  const isRight = await verifyPassword(password.slice(0, 1_000), member?.password_hash ?? null);
  const subject = member?.id ?? 'unknown';
  if (!member || !isRight) {
    await database.db
      .insert(auditEntry)
      .values({ actor: 'anonymous', action: 'session.create.refused', subject, address });
    throw new AppError('UNAUTHENTICATED', 'e-mail or password is wrong');
  }
  await forgetAttempts(database.pool, accountKey);
  const started = await createSession(database.pool, { memberId: member.id, method: 'password', address, userAgent });
  const actor = `member:${member.id}`;
  await database.db.insert(auditEntry).values({ actor, action: 'session.create', subject, address });
  return started;
}

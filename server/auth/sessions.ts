import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { type Actor, memberActor } from './actor.ts';
import { isRole } from './scopes.ts';

const DAYS = 14;

/** Starts a session and returns its token: 256 random bits of which the database knows the SHA-256 only. */
export async function createSession(pool: Pool, memberId: string): Promise<{ token: string; maxAgeS: number }> {
  const token = randomBytes(32).toString('base64url');
  await pool.query(/* sql */ `delete from session where expires_at < now()`);
  await pool.query(
    /* sql */ `
    insert into session (token_hash, member_id, expires_at) values ($1, $2, now() + $3 * interval '1 day')`,
    [hashToken(token), memberId, DAYS],
  );
  return { token, maxAgeS: DAYS * 86_400 };
}

export type SignedIn = { readonly actor: Actor; readonly email: string; readonly role: string };

/** Who holds the session now, with the rights of this moment; null when it ended or the member is disabled. */
export async function verifySession(
  pool: Pool,
  { token, address }: { token: string; address: string | null },
): Promise<SignedIn | null> {
  const { rows } = await pool.query<{ id: string; email: string; role: string }>(
    /* sql */ `
    select member.id, member.email, member.role
      from session join member on member.id = session.member_id
     where session.token_hash = $1 and session.expires_at > now() and not member.disabled`,
    [hashToken(token)],
  );
  const row = rows[0];
  if (!row || !isRole(row.role)) return null;
  return { actor: memberActor({ id: row.id, role: row.role }, address), email: row.email, role: row.role };
}

/** Ends a session; ending one that is over is fine. */
export async function endSession(pool: Pool, token: string): Promise<void> {
  await pool.query(/* sql */ `delete from session where token_hash = $1`, [hashToken(token)]);
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

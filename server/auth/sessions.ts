import { createHash, randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { type Actor, memberActor } from './actor.ts';
import { isRole } from './scopes.ts';

const DAYS = 14;
const USER_AGENT_CHARS = 300;

export type SessionMethod = 'password' | 'oidc' | 'link';

type NewSession = {
  readonly memberId: string;
  readonly method: SessionMethod;
  readonly address: string | null;
  readonly userAgent: string | null;
};

/** A session as it goes into the cookie. */
export type StartedSession = { readonly token: string; readonly maxAgeS: number };

/** Starts a session and returns its token: 256 random bits of which the database knows the SHA-256 only. */
export async function createSession(pool: Pool | PoolClient, started: NewSession): Promise<StartedSession> {
  const token = newToken();
  await pool.query(/* sql */ `delete from session where expires_at < now()`);
  await pool.query(
    /* sql */ `
    with entered as (update member set last_sign_in_at = now() where id = $2)
    insert into session (token_hash, member_id, expires_at, method, address, user_agent)
    values ($1, $2, now() + $3 * interval '1 day', $4, $5, $6)`,
    [
      hashToken(token),
      started.memberId,
      DAYS,
      started.method,
      started.address,
      started.userAgent?.slice(0, USER_AGENT_CHARS) ?? null,
    ],
  );
  return { token, maxAgeS: DAYS * 86_400 };
}

export type SignedIn = { readonly actor: Actor; readonly email: string; readonly role: string };

/** Who holds the session now, with the rights of this moment; null when it ended or the member is disabled. */
export async function verifySession(
  pool: Pool,
  { token, address }: { token: string; address: string | null },
): Promise<SignedIn | null> {
  const { rows } = await pool.query<{ id: string; email: string; role: string; session: string; stale: boolean }>(
    /* sql */ `
    select member.id, member.email, member.role, session.id as session,
           session.last_seen_at < now() - interval '1 minute' as stale
      from session join member on member.id = session.member_id
     where session.token_hash = $1 and session.expires_at > now() and not member.disabled`,
    [hashToken(token)],
  );
  const row = rows[0];
  if (!row || !isRole(row.role)) return null;
  if (row.stale) {
    await pool.query(/* sql */ `update session set last_seen_at = now() where id = $1`, [row.session]);
  }
  const actor = memberActor({ id: row.id, role: row.role }, address, row.session);
  return { actor, email: row.email, role: row.role };
}

/** Ends a session; ending one that is over is fine. */
export async function endSession(pool: Pool, token: string): Promise<void> {
  await pool.query(/* sql */ `delete from session where token_hash = $1`, [hashToken(token)]);
}

/** 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What the database keeps of a token. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

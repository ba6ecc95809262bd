import { sql } from 'drizzle-orm';
import { memberLink } from '@/db/schema/identity.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { hashToken, newToken } from '@/server/auth/sessions.ts';
import type { Config } from '@/server/config/config.ts';

const HOURS = 72;

/** A link that is shown once and works once. */
export type MemberLink = { readonly link: string; readonly expiresAt: string };

/** Makes a link by which a person sets their password; the one before it stops to work. The token is stored hashed. */
export async function createMemberLink(
  tx: Transaction,
  { memberId, config }: { memberId: string; config: Pick<Config, 'publicUrl'> },
): Promise<MemberLink> {
  const token = newToken();
  const fresh = { tokenHash: hashToken(token), expiresAt: sql`now() + ${HOURS} * interval '1 hour'` };
  const [row] = await tx
    .insert(memberLink)
    .values({ memberId, ...fresh })
    .onConflictDoUpdate({ target: memberLink.memberId, set: { ...fresh, createdAt: sql`now()` } })
    .returning({ expiresAt: memberLink.expiresAt });
  return {
    link: `${config.publicUrl}/sign-in/link?token=${token}`,
    expiresAt: new Date(row?.expiresAt ?? 0).toISOString(),
  };
}

import { asc, eq } from 'drizzle-orm';
import { member } from '@/db/schema/identity.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createApiKey } from '@/server/auth/create-api-key.ts';
import { verifyApiKey } from '@/server/auth/verify-api-key.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Control } from './control.ts';
import type { Installation } from './installation.ts';

/** The read-only key of the printed snippets: made once, and anew when somebody revoked it. */
export async function ensureReadKey(options: { control: Control; installation: Installation }): Promise<string> {
  const { control, installation } = options;
  const known = installation.secrets.readKey;
  if (known && (await verifyApiKey(control, { token: known, address: null }))) return known;
  const [owner] = await control.database.db
    .select({ id: member.id })
    .from(member)
    .where(eq(member.role, 'owner'))
    .orderBy(asc(member.createdAt))
    .limit(1);
  if (!owner) throw new AppError('NOT_FOUND', 'there is no owner that a key could belong to');
  const { token } = await createApiKey(control, SYSTEM_ACTOR, {
    name: 'Reader of the lake',
    scopes: ['catalog:read'],
    ownerId: owner.id,
  });
  installation.saveSecrets({ ...installation.secrets, readKey: token });
  return token;
}

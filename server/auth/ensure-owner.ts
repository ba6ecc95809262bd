import { auditEntry, member } from '@/db/schema/identity.ts';
import type { Config, Secrets } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { newId } from '@/server/platform/new-id.ts';
import { hashPassword } from './password.ts';

type Owner = Pick<Config, 'ownerEmail'> & Pick<Secrets, 'ownerPassword'>;

/** Makes the first owner from the configuration, once: when there is any member, nothing happens. */
export async function ensureOwner(
  { database }: Pick<ControlDeps, 'database'>,
  { ownerEmail, ownerPassword }: Owner,
): Promise<'created' | 'exists' | 'not configured'> {
  const known = await database.db.select({ id: member.id }).from(member).limit(1);
  if (known.length > 0) return 'exists';
  if (ownerEmail === undefined || ownerPassword === undefined) return 'not configured';
  const passwordHash = await hashPassword(ownerPassword);
  await database.db.transaction(async (tx) => {
    const id = newId('mem');
    await tx.insert(member).values({ id, email: ownerEmail, role: 'owner', passwordHash }).onConflictDoNothing();
    await tx
      .insert(auditEntry)
      .values({ actor: 'system', action: 'member.create', subject: id, detail: { role: 'owner' } });
  });
  return 'created';
}

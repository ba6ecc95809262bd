import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { member } from '@/db/schema/identity.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Actor } from './actor.ts';
import { SCOPES } from './scopes.ts';

/** Who calls, and what they may do now. */
export const Me = z
  .object({
    name: z.string().describe('As the audit log shows it: member:<id> or key:<id>'),
    memberId: z.string(),
    email: z.string(),
    role: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    catalogUrl: z.string().describe('Where engines reach the embedded catalog'),
  })
  .meta({ id: 'Me' });

/** The caller: the member itself, or whose key it is. */
export async function whoAmI(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
): Promise<z.output<typeof Me>> {
  if (actor.memberId === null) throw new AppError('UNAUTHENTICATED', 'nobody is signed in');
  const [row] = await database.db
    .select({ email: member.email, role: member.role })
    .from(member)
    .where(eq(member.id, actor.memberId));
  if (!row) throw new AppError('UNAUTHENTICATED', 'nobody is signed in');
  return {
    name: actor.name,
    memberId: actor.memberId,
    ...row,
    scopes: [...actor.scopes],
    catalogUrl: config.catalogUrl,
  };
}

import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { oidcSetting } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, reaches } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { versionInput } from '@/server/platform/resource-id.ts';
import { OIDC_ID, readOidcRow } from './sign-in-view.ts';
import { requireOwnSettings } from './write-sign-in.ts';

export const removeSignInInput = z.strictObject({ version: versionInput });

/**
 * Forgets the identity provider. Its people cannot sign in any more; sessions go on until they end. Throws NOT_FOUND when
 * there is none, CONFLICT where the environment decides.
 */
export async function removeSignIn(
  { database, config }: Pick<ControlDeps, 'database' | 'config'>,
  actor: Actor,
  input: z.input<typeof removeSignInInput> = {},
): Promise<void> {
  await audited(database, { actor, scope: 'settings:manage', action: 'sign-in.remove' }, async (tx) => {
    if (!reaches(actor, 'owner')) throw new AppError('FORBIDDEN', "this needs all of an owner's rights");
    const { version } = parseInput(removeSignInInput, input);
    requireOwnSettings(config);
    const row = await readOidcRow(tx);
    if (!row) throw new AppError('NOT_FOUND', 'there is no identity provider');
    requireVersion('setting', row.version, version);
    await tx.delete(oidcSetting).where(eq(oidcSetting.id, OIDC_ID));
    return { result: undefined, subject: 'sign-in', detail: { issuer: row.issuer } };
  });
}

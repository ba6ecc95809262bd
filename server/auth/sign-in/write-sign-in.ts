import { sql } from 'drizzle-orm';
import type * as z from 'zod';
import { oidcSetting } from '@/db/schema/identity.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, reaches } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { writeSignInInput } from './sign-in-input.ts';
import { clientSecretPlace, OIDC_ID, readOidcRow, type SignInSettings, signInView } from './sign-in-view.ts';

/**
 * Stores how people of an OIDC issuer sign in. The secret is never sent to an issuer it was not entered for: with another
 * issuer it has to be given again. Throws CONFLICT where the environment decides, PRECONDITION_FAILED, FORBIDDEN.
 */
export async function writeSignIn(
  { database, config, sealer }: Pick<ControlDeps, 'database' | 'config' | 'sealer'>,
  actor: Actor,
  input: z.input<typeof writeSignInInput>,
): Promise<SignInSettings> {
  return audited(database, { actor, scope: 'settings:manage', action: 'sign-in.update' }, async (tx) => {
    // Who maps groups to roles could make themselves an owner.
    if (!reaches(actor, 'owner')) throw new AppError('FORBIDDEN', "this needs all of an owner's rights");
    const { version, clientSecret, ...fields } = parseInput(writeSignInInput, input);
    requireOwnSettings(config);
    const row = await readOidcRow(tx);
    requireVersion('setting', row?.version ?? 0n, row ? version : undefined);
    if (clientSecret === undefined && row?.issuer !== fields.issuer) {
      throw fieldError(
        'INVALID_INPUT',
        'clientSecret',
        row ? 'enter it again, since the issuer changes' : 'is missing',
      );
    }
    const sealed =
      clientSecret === undefined ? {} : { clientSecretSealed: sealer.seal(clientSecret, clientSecretPlace) };
    const values = { ...fields, clientSecretSealed: row?.clientSecretSealed ?? Buffer.alloc(0), ...sealed };
    await tx
      .insert(oidcSetting)
      .values({ id: OIDC_ID, ...values })
      .onConflictDoUpdate({
        target: oidcSetting.id,
        set: { ...values, version: sql`${oidcSetting.version} + 1`, updatedAt: sql`now()` },
      });
    const result = signInView(config, await readOidcRow(tx));
    const before = signInView(config, row).oidc ?? {};
    const detail = { clientSecretChanged: clientSecret !== undefined };
    return { result, subject: 'sign-in', detail, before, after: result.oidc ?? {} };
  });
}

/** Throws CONFLICT when the settings come from the environment. */
export function requireOwnSettings(config: Pick<ControlDeps['config'], 'oidc'>): void {
  if (!config.oidc) return;
  throw new AppError('CONFLICT', 'the environment sets the identity provider (PHILOTES_OIDC_ISSUER); change it there');
}

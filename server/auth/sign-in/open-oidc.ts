import type { OidcConfig } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { clientSecretPlace, readOidcRow, signInView } from './sign-in-view.ts';

/** The issuer that people may sign in at now, with the secret unsealed: for the sign-in itself and nothing else. */
export type OpenedOidc = OidcConfig & { readonly clientSecret: string };

/** Null when there is none, or it is switched off. */
export async function openOidc(
  { database, config, sealer }: Pick<ControlDeps, 'database' | 'config' | 'sealer'>,
  clientSecretFromEnv: string | undefined,
): Promise<OpenedOidc | null> {
  if (config.oidc) return { ...config.oidc, clientSecret: clientSecretFromEnv ?? '' };
  const row = await readOidcRow(database.db);
  const { oidc } = signInView(config, row);
  if (!row || !oidc?.enabled) return null;
  return { ...oidc, clientSecret: sealer.open(row.clientSecretSealed, clientSecretPlace) };
}

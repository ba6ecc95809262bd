import { eq } from 'drizzle-orm';
import * as z from 'zod';
import type { Database } from '@/db/client.ts';
import { oidcSetting } from '@/db/schema/identity.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { Config } from '@/server/config/config.ts';
import type { SealedPlace } from '@/server/secrets/seal.ts';
import { defaultRole, groupRole } from './sign-in-input.ts';

/** How people sign in, as every interface shows it. The client secret can be set and never read. */
export const SignInSettings = z
  .object({
    password: z.literal(true).describe('Members who were invited sign in with e-mail and password'),
    redirectUri: z.string().describe('To be entered at the identity provider'),
    oidc: z
      .object({
        source: z.enum(['database', 'environment']).describe('From the environment they are read-only here'),
        enabled: z.boolean(),
        name: z.string().describe('On the button'),
        issuer: z.string(),
        clientId: z.string(),
        hasClientSecret: z.boolean(),
        scopes: z.string(),
        groupsClaim: z.string(),
        allowedDomains: z.array(z.string()).describe('Exact domains of e-mail addresses; none means all'),
        groupRoles: z.array(groupRole).describe('Whoever is in none of the groups has the default role'),
        defaultRole: defaultRole.describe('Null: whoever is in no mapped group may not come in'),
        version: z.string(),
        updatedAt: z.iso.datetime().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'SignInSettings' });
export type SignInSettings = z.output<typeof SignInSettings>;

/** There is one issuer. */
export const OIDC_ID = 'oidc';

/** Where the client secret is sealed. */
export const clientSecretPlace: SealedPlace = { table: 'oidc_setting', column: 'client_secret_sealed', rowId: OIDC_ID };

export const OIDC_CALLBACK_PATH = '/api/auth/callback/oidc';

type Row = typeof oidcSetting.$inferSelect;

export async function readOidcRow(db: Database['db'] | Transaction): Promise<Row | undefined> {
  return (await db.select().from(oidcSetting).where(eq(oidcSetting.id, OIDC_ID)))[0];
}

/** The environment's word counts before the database's. */
export function signInView(config: Pick<Config, 'publicUrl' | 'oidc'>, row: Row | undefined): SignInSettings {
  const base = { password: true, redirectUri: `${config.publicUrl}${OIDC_CALLBACK_PATH}` } as const;
  if (config.oidc) {
    const { allowedDomains, groupRoles, ...rest } = config.oidc;
    const lists = { allowedDomains: [...allowedDomains], groupRoles: groupRoles.map((pair) => ({ ...pair })) };
    const given = {
      source: 'environment',
      enabled: true,
      hasClientSecret: true,
      version: '1',
      updatedAt: null,
    } as const;
    return { ...base, oidc: { ...given, ...rest, ...lists } };
  }
  return { ...base, oidc: row ? rowView(row) : null };
}

function rowView(row: Row): NonNullable<SignInSettings['oidc']> {
  return {
    source: 'database',
    enabled: row.enabled,
    name: row.name,
    issuer: row.issuer,
    clientId: row.clientId,
    hasClientSecret: true,
    scopes: row.scopes,
    groupsClaim: row.groupsClaim,
    allowedDomains: z.array(z.string()).parse(row.allowedDomains),
    groupRoles: z.array(groupRole).parse(row.groupRoles),
    defaultRole: defaultRole.parse(row.defaultRole),
    version: row.version.toString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}

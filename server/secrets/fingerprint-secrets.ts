import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { destination, source } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { catalogSecret, s3Secret } from '@/server/destinations/sealed-places.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { sourcePassword } from '@/server/sources/source-password.ts';
import type { SealedPlace } from './seal.ts';

const secretInput = z.strictObject({
  id: resourceId.describe('Of the source or destination'),
  field: z
    .enum(['source.password', 'destination.catalog', 'destination.storage'])
    .describe('Which secret of it: of a destination, the fields of `catalog.auth` or of `storage.credentials`'),
  value: z
    .union([z.string().max(10_000), z.record(z.string().max(100), z.string().max(10_000))])
    .describe('The password, or the fields by name'),
});

export const fingerprintSecretsInput = z.strictObject({ secrets: z.array(secretInput).min(1).max(100) });

export const FingerprintList = z
  .object({
    items: z.array(
      z.object({
        stored: z.string().nullable().describe('Null when nothing is stored'),
        given: z.string().describe('Equal to `stored` when the given secret is the stored one'),
      }),
    ),
  })
  .meta({ id: 'FingerprintList' });

const CALLS_PER_HOUR = 600;

/**
 * Tells whether secrets at hand are the ones that are stored, by fingerprints under a key that never leaves the server. It
 * could be used to guess, hence the right to write and the limit.
 */
export async function fingerprintSecrets(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: z.input<typeof fingerprintSecretsInput>,
): Promise<z.output<typeof FingerprintList>> {
  authorize(actor, 'source:write');
  authorize(actor, 'destination:write');
  const { secrets } = parseInput(fingerprintSecretsInput, input);
  const limit = { key: `fingerprint:${actor.name}`, attemptsMax: CALLS_PER_HOUR, windowS: 3600 };
  await throttle(deps.database.pool, limit);
  const items = [];
  for (const { id, field, value } of secrets) {
    const { sealed, place } = await findSecret(deps, { id, field });
    const stored = sealed === null ? null : deps.sealer.open(sealed, place);
    items.push({
      stored:
        stored === null
          ? null
          : deps.sealer.fingerprint(field === 'source.password' ? stored : sorted(JSON.parse(stored)), place),
      given: deps.sealer.fingerprint(typeof value === 'string' ? value : sorted(value), place),
    });
  }
  return { items };
}

type Secret = { readonly sealed: Buffer | null; readonly place: SealedPlace };

async function findSecret(
  { database }: Pick<ControlDeps, 'database'>,
  { id, field }: Pick<z.output<typeof secretInput>, 'id' | 'field'>,
): Promise<Secret> {
  if (field === 'source.password') {
    const [row] = await database.db.select({ sealed: source.passwordSealed }).from(source).where(eq(source.id, id));
    if (!row) throw new AppError('NOT_FOUND', `there is no source ${id}`);
    return { sealed: row.sealed, place: sourcePassword(id) };
  }
  const [row] = await database.db
    .select({ catalog: destination.catalogSecretSealed, storage: destination.s3SecretSealed })
    .from(destination)
    .where(eq(destination.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no destination ${id}`);
  return field === 'destination.catalog'
    ? { sealed: row.catalog, place: catalogSecret(id) }
    : { sealed: row.storage, place: s3Secret(id) };
}

/** One text for the same fields, whatever their order. */
const sorted = (fields: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));

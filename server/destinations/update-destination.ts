import { eq, sql } from 'drizzle-orm';
import { isViolation } from '@/db/is-violation.ts';
import { destination, pipeline } from '@/db/schema/definitions.ts';
import { audited, type Transaction } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { requireChange } from '@/server/platform/require-change.ts';
import { requireVersion } from '@/server/platform/require-version.ts';
import { type UpdateDestination, updateDestinationInput } from './destination-input.ts';
import { type DestinationView, destinationView } from './destination-view.ts';
import { authColumns, s3Secret } from './sealed-places.ts';

type Deps = Pick<ControlDeps, 'database' | 'sealer'>;
type Row = typeof destination.$inferSelect;

/**
 * Changes how a destination is reached; where its tables are cannot change. A stored secret is never sent to an address
 * that it was not entered for: when the catalog's URI or the object store's endpoint changes, it has to be given again.
 */
export async function updateDestination(
  { database, sealer }: Deps,
  actor: Actor,
  input: UpdateDestination,
): Promise<DestinationView> {
  const change = { actor, scope: 'destination:write', action: 'destination.update' } as const;
  try {
    return await audited(database, change, async (tx) => {
      const { id, version, ...wanted } = parseInput(updateDestinationInput, input);
      const [before] = await tx.select().from(destination).where(eq(destination.id, id)).for('update');
      if (!before) throw new AppError('NOT_FOUND', `there is no destination ${id}`);
      requireVersion('destination', before.version, version);
      requireChange(wanted);
      if (wanted.name !== undefined && wanted.name !== before.name) await refuseRename(tx, before);
      const isEmbedded = before.catalogKind === 'embedded';
      const open = {
        ...(wanted.name === undefined ? {} : { name: wanted.name, ...(isEmbedded ? { warehouse: wanted.name } : {}) }),
        ...catalogColumns(before, wanted.catalog),
        ...storageColumns(before, wanted.storage),
      };
      const { auth } = wanted.catalog ?? {};
      const sealed = {
        ...(auth === undefined ? {} : authColumns(auth, { id, sealer })),
        ...(wanted.storage?.credentials === undefined
          ? {}
          : { s3SecretSealed: sealer.seal(JSON.stringify(wanted.storage.credentials), s3Secret(id)) }),
      };
      const [row] = await tx
        .update(destination)
        .set({
          ...open,
          ...sealed,
          ...(connects(wanted) ? { lastCheck: null } : {}),
          version: sql`${destination.version} + 1`,
          updatedAt: sql`now()`,
        })
        .where(eq(destination.id, id))
        .returning();
      if (!row) throw new AppError('NOT_FOUND', `there is no destination ${id}`);
      const secretsChanged = Object.keys(sealed).filter((name) => name.endsWith('Sealed'));
      const result = destinationView(row);
      // The check is an observation, and none of what somebody changed.
      const [was, is] = [destinationView(before), result].map((view) => ({ ...view, lastCheck: undefined }));
      return { result, subject: id, detail: { secretsChanged }, ...(was && is ? { before: was, after: is } : {}) };
    });
  } catch (error) {
    if (!isViolation(error, 'unique')) throw error;
    throw fieldError('NAME_TAKEN', 'name', 'another destination has this name', { cause: error });
  }
}

/** What the last check found is not said of another address or other secrets. */
const connects = ({ catalog, storage }: Pick<UpdateDestination, 'catalog' | 'storage'>): boolean =>
  catalog !== undefined || storage !== undefined;

/** The name is the warehouse's in the embedded catalog: its tables and its readers know it by that. */
async function refuseRename(tx: Transaction, before: Row): Promise<void> {
  if (before.catalogKind !== 'embedded') return;
  if ((await tx.$count(pipeline, eq(pipeline.destinationId, before.id))) === 0) return;
  throw fieldError(
    'CONFLICT',
    'name',
    'readers know the warehouse by this name; it is fixed once a pipeline writes to it, so keep it',
  );
}

function catalogColumns(before: Row, catalog: UpdateDestination['catalog']) {
  if (catalog === undefined) return {};
  if (before.catalogKind === 'embedded') {
    throw fieldError('INVALID_INPUT', 'catalog', 'the embedded catalog has nothing to change');
  }
  const uri = catalog.uri?.replace(/\/+$/, '');
  if (uri === undefined) return {};
  if (uri !== before.catalogUri && before.catalogSecretSealed !== null && catalog.auth === undefined) {
    throw fieldError('INVALID_INPUT', 'catalog.auth', 'enter it again, since the URI changes');
  }
  return { catalogUri: uri };
}

function storageColumns(before: Row, storage: UpdateDestination['storage']) {
  if (storage === undefined) return {};
  if (before.storageKind !== 's3') {
    throw fieldError('INVALID_INPUT', 'storage', 'a warehouse on this machine has nothing to change');
  }
  const { region, endpoint, pathStyle, credentials } = storage;
  const moves = endpoint !== undefined && endpoint !== before.s3Endpoint;
  if (moves && before.s3SecretSealed !== null && credentials === undefined) {
    throw fieldError('INVALID_INPUT', 'storage.credentials', 'enter them again, since the endpoint changes');
  }
  return {
    ...(region === undefined ? {} : { s3Region: region }),
    ...(endpoint === undefined ? {} : { s3Endpoint: endpoint }),
    ...(pathStyle === undefined ? {} : { s3PathStyle: pathStyle }),
  };
}

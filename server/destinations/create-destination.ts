import { fileURLToPath, pathToFileURL } from 'node:url';
import { isViolation } from '@/db/is-violation.ts';
import { destination } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { newId } from '@/server/platform/new-id.ts';
import type { Sealer } from '@/server/secrets/seal.ts';
import { type CreateDestination, createDestinationInput, type NewDestination } from './destination-input.ts';
import { type DestinationView, destinationView } from './destination-view.ts';
import { authColumns, s3Secret } from './sealed-places.ts';

type Deps = Pick<ControlDeps, 'database' | 'sealer' | 'config'>;

/** Stores a destination: by default the embedded catalog over the local warehouse. Nothing is connected to. */
export async function createDestination(
  { database, sealer, config }: Deps,
  actor: Actor,
  input: CreateDestination,
): Promise<DestinationView> {
  const change = { actor, scope: 'destination:write', action: 'destination.create' } as const;
  try {
    return await audited(database, change, async (tx) => {
      const wanted = parseInput(createDestinationInput, input);
      const id = newId('dst');
      const values = {
        id,
        name: wanted.name,
        ...catalogColumns(wanted, { id, sealer }),
        ...storageColumns(wanted, { id, sealer, config }),
      };
      const [row] = await tx.insert(destination).values(values).returning();
      if (!row) throw new AppError('INTERNAL', 'the insert returned no row');
      const result = destinationView(row);
      const { catalogKind, catalogUri, catalogAuth, storageRoot, s3Endpoint } = result;
      const detail = { name: row.name, catalogKind, catalogUri, catalogAuth, storageRoot, s3Endpoint };
      return { result, subject: id, detail };
    });
  } catch (error) {
    if (!isViolation(error, 'unique')) throw error;
    throw fieldError('NAME_TAKEN', 'name', 'another destination has this name', {
      cause: error,
    });
  }
}

function catalogColumns({ name, catalog }: NewDestination, { id, sealer }: { id: string; sealer: Sealer }) {
  if (catalog.kind === 'embedded') return { catalogKind: 'embedded', warehouse: name, catalogAuth: 'bearer' };
  return {
    catalogKind: 'rest',
    catalogUri: catalog.uri.replace(/\/+$/, ''),
    warehouse: catalog.warehouse,
    ...authColumns(catalog.auth, { id, sealer }),
  };
}

type StorageDeps = { id: string; sealer: Sealer; config: Deps['config'] };

function storageColumns({ storage }: NewDestination, { id, sealer, config }: StorageDeps) {
  if (storage.kind === 'file') {
    return { storageKind: 'file', storageRoot: fileRoot(storage.root, config) };
  }
  return {
    storageKind: 's3',
    storageRoot: storage.root.replace(/\/+$/, ''),
    s3Region: storage.region,
    s3Endpoint: storage.endpoint ?? null,
    s3PathStyle: storage.pathStyle,
    s3SecretSealed: storage.credentials ? sealer.seal(JSON.stringify(storage.credentials), s3Secret(id)) : null,
  };
}

/** Warehouses on this machine live in the data folder: nobody gains other folders by naming them. */
export function fileRoot(root: string | undefined, config: Deps['config']): string {
  if (root === undefined) return config.warehouseRoot;
  let path: string;
  try {
    path = fileURLToPath(root).replace(/\/+$/, '');
  } catch (cause) {
    throw fieldError('INVALID_INPUT', 'storage.root', 'is not a file URL of this machine', { cause });
  }
  if (!path.startsWith(`${config.dataDir}/`)) {
    throw fieldError('INVALID_INPUT', 'storage.root', `must lie in the data folder ${config.dataDir}`);
  }
  return pathToFileURL(path).href;
}

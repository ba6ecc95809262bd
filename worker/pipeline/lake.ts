import { type OpenedDestination, openDestination } from '@/server/destinations/open-destination.ts';
import type { CatalogAuth } from '@/worker/iceberg/catalog/authorization.ts';
import type { Catalog } from '@/worker/iceberg/catalog/catalog.ts';
import { type CatalogOptions, openCatalog } from '@/worker/iceberg/catalog/open-catalog.ts';
import { createManifestReader, type ManifestReader } from '@/worker/iceberg/manifest-cache.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { openStorage } from '@/worker/storage/open-storage.ts';
import type { Storage } from '@/worker/storage/storage.ts';

/** A destination in hand: where the tables are known and where their files are. */
export type Lake = AsyncDisposable & {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly manifests: ManifestReader;
};

/** Opens a pipeline's destination for one shift or job. */
export async function openLake(
  deps: Pick<WorkerDeps, 'database' | 'sealer' | 'config' | 'secrets'>,
  { destinationId, signal }: { destinationId: string; signal: AbortSignal },
): Promise<Lake> {
  const destination = await openDestination(deps, destinationId);
  const storage = openStorage(destination.storage);
  const catalog = await openDestinationCatalog(destination, { signal });
  return {
    catalog,
    storage,
    manifests: createManifestReader(storage),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

/** The catalog alone. */
export const openDestinationCatalog = (
  { catalog: { uri, warehouse, auth, isEmbedded } }: OpenedDestination,
  options: Pick<CatalogOptions, 'signal' | 'limits'>,
): Promise<Catalog> => openCatalog({ uri, warehouse, auth: catalogAuth(uri, auth), isOwn: isEmbedded, ...options });

type StoredAuth = OpenedDestination['catalog']['auth'];

/** Without a token endpoint of its own, a catalog that issues tokens has the specification's. */
function catalogAuth(uri: string, auth: StoredAuth): CatalogAuth {
  if (auth.kind !== 'oauth2') return auth;
  const { scope, tokenUri = `${uri}/v1/oauth/tokens`, clientId, clientSecret } = auth;
  return { kind: 'oauth2', clientId, clientSecret, tokenUri, ...(scope === undefined ? {} : { scope }) };
}

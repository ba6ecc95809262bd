import { fileURLToPath } from 'node:url';
import { asc, eq } from 'drizzle-orm';
import { destination } from '@/db/schema/definitions.ts';
import type { Warehouse } from '@/server/catalog/catalog-deps.ts';
import { openFileMetadataStore } from '@/server/catalog/file-metadata-store.ts';
import { openS3MetadataStore } from '@/server/catalog/s3-metadata-store.ts';
import type { Secrets } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { openDestination } from '@/server/destinations/open-destination.ts';

type Deps = Pick<ControlDeps, 'database' | 'sealer' | 'config'> & { readonly secrets: Secrets };

/** The warehouses of the embedded catalog: every destination that uses it. The oldest answers when none is named. */
export function createWarehouseFinder(deps: Deps): (name: string | null) => Promise<Warehouse | null> {
  const opened = new Map<string, Warehouse>();
  return async (name) => {
    const rows = await deps.database.db
      .select({ id: destination.id, warehouse: destination.warehouse, version: destination.version })
      .from(destination)
      .where(eq(destination.catalogKind, 'embedded'))
      .orderBy(asc(destination.createdAt), asc(destination.id));
    const row = name === null ? rows[0] : rows.find(({ warehouse }) => warehouse === name);
    if (!row) return null;
    const key = `${row.id}@${row.version}`;
    const known = opened.get(key);
    if (known) return known;
    const warehouse = await open(deps, row);
    opened.set(key, warehouse);
    return warehouse;
  };
}

async function open(deps: Deps, row: { id: string; warehouse: string }): Promise<Warehouse> {
  const { rootUri, storage } = await openDestination(deps, row.id);
  if (storage.kind === 'file') {
    return { name: row.warehouse, location: rootUri, store: openFileMetadataStore(fileURLToPath(rootUri)) };
  }
  const { kind: _, ...options } = storage;
  return {
    name: row.warehouse,
    location: rootUri,
    store: openS3MetadataStore({ root: rootUri, ...options }),
    clientConfig: {
      's3.region': storage.region,
      's3.path-style-access': String(storage.pathStyle),
      ...(storage.endpoint === undefined ? {} : { 's3.endpoint': storage.endpoint }),
    },
  };
}

import { gunzipSync } from 'node:zlib';
import type { TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { parseMetadata } from '@/server/domain/iceberg/metadata-json.ts';
import type { LoadedTable } from './answers.ts';
import type { Call } from './call.ts';
import type { Warehouse } from './catalog-deps.ts';
import { badRequest, CatalogError, noSuchTable } from './catalog-error.ts';

/** Where the table's present metadata is; null when there is no such table. */
export async function findPointer(call: Call, table: TableIdentifier): Promise<string | null> {
  const { rows } = await call.deps.pool.query<{ metadata_location: string }>(
    'select metadata_location from catalog_table where warehouse = $1 and namespace = $2 and name = $3',
    [call.warehouse.name, table.namespace, table.name],
  );
  return rows[0]?.metadata_location ?? null;
}

/** The table as it is; 404 when there is none. A file deleted by a commit between the two reads is looked up again. */
export async function loadTable(call: Call, table: TableIdentifier): Promise<LoadedTable> {
  for (let location = await findPointer(call, table); ; ) {
    if (location === null) throw noSuchTable(table);
    const metadata = await readMetadata(call.warehouse, location);
    if (metadata) return { location, metadata };
    const now = await findPointer(call, table);
    if (now === location) throw missingFile(location);
    location = now;
  }
}

/** Reads and checks a metadata file; null when it does not exist, 400 when it is not one. */
export async function readMetadata(warehouse: Warehouse, location: string): Promise<TableMetadata | null> {
  const bytes = await warehouse.store.read(location);
  if (!bytes) return null;
  try {
    return parseMetadata((isGzip(bytes) ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw badRequest(`Cannot read table metadata of ${location}: ${error.message}`);
    }
    throw error;
  }
}

/** Java clients know a missing metadata file by this text. */
export const missingFile = (location: string): CatalogError =>
  new CatalogError({
    status: 404,
    type: 'NotFoundException',
    message: `Failed to open input stream for file: ${location}`,
  });

/** Metadata files may be gzipped whatever their name says. */
const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

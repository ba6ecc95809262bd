import { randomUUID } from 'node:crypto';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { stringifyMetadata } from '@/server/domain/iceberg/metadata-json.ts';
import type { Warehouse } from './catalog-deps.ts';
import { badRequest } from './catalog-error.ts';

/** Property of a table: a folder for its metadata other than `<location>/metadata`. */
const METADATA_PATH = 'write.metadata.path';

/** Writes the next metadata file of a table, `<version>-<uuid>.metadata.json`, durably; returns where. */
export async function writeMetadataFile(
  warehouse: Warehouse,
  options: { readonly metadata: TableMetadata; readonly previous: string | null },
): Promise<string> {
  const { metadata, previous } = options;
  const stated = metadata.properties[METADATA_PATH]?.replace(/\/+$/, '');
  const folder = stated === undefined ? `${metadata.location}/metadata` : inWarehouse(warehouse, stated);
  const version = previous === null ? 0 : versionOf(previous) + 1;
  const location = `${folder}/${String(version).padStart(5, '0')}-${randomUUID()}.metadata.json`;
  await warehouse.store.write(location, Buffer.from(stringifyMetadata(metadata)));
  return location;
}

/** Where a new table goes when the client does not say. The suffix keeps a recreated table apart from its predecessor. */
export function newTableLocation(warehouse: Warehouse, names: readonly string[], uuid: string): string {
  const folders = names.map((name) => name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80) || '_');
  return `${warehouse.location}/${folders.join('/')}-${uuid.slice(0, 8)}`;
}

/** The location without trailing slashes; 400 when it is outside the warehouse. */
export function inWarehouse(warehouse: Warehouse, location: string): string {
  const text = location.replace(/\/+$/, '');
  const inside = canonical(text).startsWith(`${canonical(warehouse.location)}/`);
  const plain = !text.split('/').some((part) => part === '..' || part === '.') && !text.includes('\0');
  if (!inside || !plain) throw badRequest(`Invalid location, not in the warehouse: ${location}`);
  return text;
}

/** `file:/x` and `file:///x` are the same place. */
const canonical = (uri: string): string => uri.replace(/^file:\/*/, 'file:///');

const versionOf = (location: string): number => Number(/\/v?(\d{1,9})[^/]*$/.exec(location)?.[1] ?? 0);

import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';

type Place = Pick<TableMetadata, 'location' | 'properties'>;

/** The URI of the folder for data and delete files, without a trailing slash. */
export const dataFolder = (table: Place): string =>
  folder(table.properties['write.data.path'], `${table.location}/data`);

/** The URI of the folder for manifests and manifest lists, without a trailing slash. */
export const metadataFolder = (table: Place): string =>
  folder(table.properties['write.metadata.path'], `${table.location}/metadata`);

const folder = (configured: string | undefined, usual: string): string => (configured ?? usual).replace(/\/+$/, '');

import type { destination } from '@/db/schema/definitions.ts';

/** A destination as every interface shows it; secrets are left out. */
export type DestinationView = {
  readonly id: string;
  readonly name: string;
  readonly catalogKind: string;
  readonly catalogUri: string | null;
  readonly warehouse: string;
  readonly catalogAuth: string;
  readonly storageKind: string;
  readonly storageRoot: string;
  readonly s3Endpoint: string | null;
  readonly s3Region: string | null;
  readonly s3PathStyle: boolean;
  readonly version: string;
  readonly createdAt: string;
};

export const destinationView = (row: typeof destination.$inferSelect): DestinationView => ({
  id: row.id,
  name: row.name,
  catalogKind: row.catalogKind,
  catalogUri: row.catalogUri,
  warehouse: row.warehouse,
  catalogAuth: row.catalogAuth,
  storageKind: row.storageKind,
  storageRoot: row.storageRoot,
  s3Endpoint: row.s3Endpoint,
  s3Region: row.s3Region,
  s3PathStyle: row.s3PathStyle,
  version: row.version.toString(),
  createdAt: new Date(row.createdAt).toISOString(),
});

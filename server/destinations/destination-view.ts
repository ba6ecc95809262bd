import * as z from 'zod';
import type { destination } from '@/db/schema/definitions.ts';
import { ConnectionCheckView } from '@/server/connection-tests/check-view.ts';
import { pageOf } from '@/server/paging/page.ts';
import { UsedBy } from '@/server/pipelines/used-by.ts';

/** A destination as every interface shows it; secrets are left out. */
export const DestinationView = z
  .object({
    id: z.string(),
    name: z.string(),
    catalogKind: z.string().describe('embedded or rest'),
    catalogUri: z.string().nullable(),
    warehouse: z.string(),
    catalogAuth: z.string().describe('none, bearer or oauth2'),
    catalogScope: z.string().nullable().describe('Of OAuth2: what the token is asked for'),
    catalogTokenUri: z
      .string()
      .nullable()
      .describe('Of OAuth2: where tokens come from, when not from the catalog itself'),
    storageKind: z.string().describe('file or s3'),
    storageRoot: z.string(),
    s3Endpoint: z.string().nullable(),
    s3Region: z.string().nullable(),
    s3PathStyle: z.boolean(),
    hasCredentials: z.boolean().describe('Whether keys of the object store are kept'),
    lastCheck: ConnectionCheckView.nullable().describe('What the last test found; null before the first'),
    version: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Destination' });
export type DestinationView = z.output<typeof DestinationView>;

/** In a list, with what uses it. */
export const ListedDestination = DestinationView.extend({
  pipelines: UsedBy.nullable().describe('Null for who may not see pipelines'),
}).meta({ id: 'ListedDestination' });
export type ListedDestination = z.output<typeof ListedDestination>;

export const DestinationPage = pageOf(ListedDestination).meta({ id: 'DestinationPage' });

export const destinationView = (row: typeof destination.$inferSelect): DestinationView => ({
  id: row.id,
  name: row.name,
  catalogKind: row.catalogKind,
  catalogUri: row.catalogUri,
  warehouse: row.warehouse,
  catalogAuth: row.catalogAuth,
  catalogScope: row.catalogScope,
  catalogTokenUri: row.catalogTokenUri,
  storageKind: row.storageKind,
  storageRoot: row.storageRoot,
  s3Endpoint: row.s3Endpoint,
  s3Region: row.s3Region,
  s3PathStyle: row.s3PathStyle,
  hasCredentials: row.s3SecretSealed !== null,
  lastCheck: row.lastCheck,
  version: row.version.toString(),
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
});

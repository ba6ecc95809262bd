import * as z from 'zod';
import type { source } from '@/db/schema/definitions.ts';
import { ConnectionCheckView } from '@/server/connection-tests/check-view.ts';
import { pageOf } from '@/server/paging/page.ts';
import { UsedBy } from '@/server/pipelines/used-by.ts';

/** A source as every interface shows it. Its password can be set and never read. */
export const SourceView = z
  .object({
    id: z.string(),
    name: z.string(),
    host: z.string(),
    port: z.number().int(),
    database: z.string(),
    username: z.string(),
    hasPassword: z.boolean(),
    tlsMode: z.string().describe('disable, require or verify-full'),
    tlsCa: z.string().nullable().describe('PEM certificates that are trusted instead of the system’s'),
    lastCheck: ConnectionCheckView.nullable().describe(
      'What the last check of the source as such found; null before the first',
    ),
    version: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Source' });
export type SourceView = z.output<typeof SourceView>;

/** In a list, with what uses it. */
export const ListedSource = SourceView.extend({
  pipelines: UsedBy.nullable().describe('Null for who may not see pipelines'),
}).meta({ id: 'ListedSource' });
export type ListedSource = z.output<typeof ListedSource>;

export const SourcePage = pageOf(ListedSource).meta({ id: 'SourcePage' });

export const sourceView = (row: typeof source.$inferSelect): SourceView => ({
  id: row.id,
  name: row.name,
  host: row.host,
  port: row.port,
  database: row.database,
  username: row.username,
  hasPassword: row.passwordSealed !== null,
  tlsMode: row.tlsMode,
  tlsCa: row.tlsCa,
  lastCheck: row.lastCheck,
  version: row.version.toString(),
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
});

import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { discoverSource } from '@/server/sources/discover-source.ts';
import { SourceTableView } from '@/server/sources/source-table-view.ts';

export const tables = procedure('source:read')
  .meta(
    rest({
      method: 'GET',
      path: '/sources/{id}/tables',
      tag: 'Sources',
      summary: 'Look at the tables of a source',
      description: 'Connects to the source and reads its catalog as it is now.',
      connects: true,
    }),
  )
  .input(z.strictObject({ id: resourceId }))
  .output(z.object({ items: z.array(SourceTableView) }))
  .query(async ({ ctx, input }) => ({ items: await discoverSource(ctx.deps, ctx.actor, input) }));

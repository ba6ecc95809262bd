import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { lakeTableInput } from '@/server/lake/lake-input.ts';
import { lakeTable } from '@/server/lake/lake-table.ts';
import { LakeTableView } from '@/server/lake/lake-view.ts';

export const table = procedure('catalog:read')
  .meta(
    rest({
      method: 'GET',
      path: '/lake/{destinationId}/tables/{namespace}/{table}',
      tag: 'Lake',
      summary: 'Read the schema, snapshots and figures of a table',
      connects: true,
    }),
  )
  .input(lakeTableInput)
  .output(LakeTableView)
  .query(({ ctx, input }) => lakeTable(ctx.deps, ctx.actor, input));

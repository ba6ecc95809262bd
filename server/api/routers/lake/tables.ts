import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { lakeTables, lakeTablesInput } from '@/server/lake/lake-tables.ts';
import { LakeTablePageView } from '@/server/lake/lake-view.ts';

export const tables = procedure('catalog:read')
  .meta(
    rest({
      method: 'GET',
      path: '/lake/{destinationId}/tables',
      tag: 'Lake',
      summary: 'List the tables of a lake',
      connects: true,
    }),
  )
  .input(lakeTablesInput)
  .output(LakeTablePageView)
  .query(({ ctx, input }) => lakeTables(ctx.deps, ctx.actor, input));

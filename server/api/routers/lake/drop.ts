import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { dropLakeTable } from '@/server/lake/drop-lake-table.ts';
import { lakeTableInput } from '@/server/lake/lake-input.ts';

export const drop = procedure('catalog:write')
  .meta(
    rest({
      method: 'DELETE',
      path: '/lake/{destinationId}/tables/{namespace}/{table}',
      tag: 'Lake',
      summary: 'Drop a lake table that a pipeline left behind',
      description:
        'Drops the Iceberg table and its files. Tables that a pipeline writes to, or that others than this installation made, are refused.',
      connects: true,
    }),
  )
  .input(lakeTableInput)
  .output(z.void())
  .mutation(({ ctx, input }) => dropLakeTable(ctx.deps, ctx.actor, input));

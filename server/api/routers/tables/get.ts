import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { getTable } from '@/server/pipelines/list-tables.ts';
import { tableKey } from '@/server/pipelines/lock-table.ts';
import { TableView } from '@/server/pipelines/table-view.ts';

export const get = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/tables/{tableId}',
      tag: 'Tables',
      summary: 'Read a table of a pipeline',
      versioned: true,
    }),
  )
  .input(tableKey)
  .output(TableView)
  .query(({ ctx, input }) => getTable(ctx.deps, ctx.actor, input));

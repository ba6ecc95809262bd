import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { listTables, listTablesInput } from '@/server/pipelines/list-tables.ts';
import { TablePage } from '@/server/pipelines/table-view.ts';

export const list = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/tables',
      tag: 'Tables',
      summary: 'List the tables of a pipeline',
    }),
  )
  .input(listTablesInput)
  .output(TablePage)
  .query(({ ctx, input }) => listTables(ctx.deps, ctx.actor, input));

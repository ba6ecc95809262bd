import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { FoundTables, findTables, findTablesInput } from '@/server/pipelines/find-tables.ts';

export const find = procedure('pipeline:read')
  .meta(rest({ method: 'GET', path: '/tables', tag: 'Tables', summary: 'Find tables of all pipelines by name' }))
  .input(findTablesInput)
  .output(FoundTables)
  .query(({ ctx, input }) => findTables(ctx.deps, ctx.actor, input));

import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { listSources, listSourcesInput } from '@/server/sources/list-sources.ts';
import { SourcePage } from '@/server/sources/source-view.ts';

export const list = procedure('source:read')
  .meta(rest({ method: 'GET', path: '/sources', tag: 'Sources', summary: 'List sources' }))
  .input(listSourcesInput)
  .output(SourcePage)
  .query(({ ctx, input }) => listSources(ctx.deps, ctx.actor, input));

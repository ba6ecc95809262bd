import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { createSourceInput } from '@/server/sources/source-input.ts';
import { SourceView } from '@/server/sources/source-view.ts';

export const create = procedure('source:write')
  .meta(
    rest({
      method: 'POST',
      path: '/sources',
      tag: 'Sources',
      summary: 'Create a source',
      dryRun: true,
      description: 'Nothing is connected to; test it to see whether it works.',
      status: 201,
      location: '/sources/{id}',
      versioned: true,
    }),
  )
  .input(createSourceInput)
  .output(SourceView)
  .mutation(({ ctx, input }) => createSource(ctx.deps, ctx.actor, input));

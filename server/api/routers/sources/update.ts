import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { updateSourceInput } from '@/server/sources/source-input.ts';
import { SourceView } from '@/server/sources/source-view.ts';
import { updateSource } from '@/server/sources/update-source.ts';

export const update = procedure('source:write')
  .meta(
    rest({
      method: 'PATCH',
      path: '/sources/{id}',
      tag: 'Sources',
      summary: 'Change a source',
      dryRun: true,
      description: 'Fields that are left out stay as they are.',
      versioned: true,
    }),
  )
  .input(updateSourceInput)
  .output(SourceView)
  .mutation(({ ctx, input }) => updateSource(ctx.deps, ctx.actor, input));

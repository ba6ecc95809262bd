import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { versionedId } from '@/server/platform/resource-id.ts';
import { deleteSource } from '@/server/sources/delete-source.ts';

export const remove = procedure('source:write')
  .meta(
    rest({
      method: 'DELETE',
      path: '/sources/{id}',
      tag: 'Sources',
      summary: 'Delete a source',
      versioned: true,
      dryRun: true,
    }),
  )
  .input(versionedId)
  .output(z.void())
  .mutation(({ ctx, input }) => deleteSource(ctx.deps, ctx.actor, input));

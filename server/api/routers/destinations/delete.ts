import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { deleteDestination } from '@/server/destinations/delete-destination.ts';
import { versionedId } from '@/server/platform/resource-id.ts';

export const remove = procedure('destination:write')
  .meta(
    rest({
      method: 'DELETE',
      path: '/destinations/{id}',
      tag: 'Destinations',
      summary: 'Delete a destination',
      versioned: true,
      dryRun: true,
    }),
  )
  .input(versionedId)
  .output(z.void())
  .mutation(({ ctx, input }) => deleteDestination(ctx.deps, ctx.actor, input));

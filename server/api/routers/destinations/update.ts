import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { updateDestinationInput } from '@/server/destinations/destination-input.ts';
import { DestinationView } from '@/server/destinations/destination-view.ts';
import { updateDestination } from '@/server/destinations/update-destination.ts';

export const update = procedure('destination:write')
  .meta(
    rest({
      method: 'PATCH',
      path: '/destinations/{id}',
      tag: 'Destinations',
      summary: 'Change a destination',
      dryRun: true,
      description: 'Fields that are left out stay as they are.',
      versioned: true,
    }),
  )
  .input(updateDestinationInput)
  .output(DestinationView)
  .mutation(({ ctx, input }) => updateDestination(ctx.deps, ctx.actor, input));

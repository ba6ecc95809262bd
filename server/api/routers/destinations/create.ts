import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { createDestinationInput } from '@/server/destinations/destination-input.ts';
import { DestinationView } from '@/server/destinations/destination-view.ts';

export const create = procedure('destination:write')
  .meta(
    rest({
      method: 'POST',
      path: '/destinations',
      tag: 'Destinations',
      summary: 'Create a destination',
      dryRun: true,
      description: 'Nothing is connected to; test it to see whether it works.',
      status: 201,
      location: '/destinations/{id}',
      versioned: true,
    }),
  )
  .input(createDestinationInput)
  .output(DestinationView)
  .mutation(({ ctx, input }) => createDestination(ctx.deps, ctx.actor, input));

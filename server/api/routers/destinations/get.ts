import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { DestinationView } from '@/server/destinations/destination-view.ts';
import { getDestination } from '@/server/destinations/get-destination.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

export const get = procedure('destination:read')
  .meta(
    rest({
      method: 'GET',
      path: '/destinations/{id}',
      tag: 'Destinations',
      summary: 'Read a destination',
      versioned: true,
    }),
  )
  .input(z.strictObject({ id: resourceId }))
  .output(DestinationView)
  .query(({ ctx, input }) => getDestination(ctx.deps, ctx.actor, input));

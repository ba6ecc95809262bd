import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { DestinationPage } from '@/server/destinations/destination-view.ts';
import { listDestinations, listDestinationsInput } from '@/server/destinations/list-destinations.ts';

export const list = procedure('destination:read')
  .meta(rest({ method: 'GET', path: '/destinations', tag: 'Destinations', summary: 'List destinations' }))
  .input(listDestinationsInput)
  .output(DestinationPage)
  .query(({ ctx, input }) => listDestinations(ctx.deps, ctx.actor, input));

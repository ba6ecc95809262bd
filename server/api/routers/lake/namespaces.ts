import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { lakeNamespaces, lakeNamespacesInput } from '@/server/lake/lake-namespaces.ts';
import { LakeNamespacesView } from '@/server/lake/lake-view.ts';

export const namespaces = procedure('catalog:read')
  .meta(
    rest({
      method: 'GET',
      path: '/lake/{destinationId}/namespaces',
      tag: 'Lake',
      summary: 'List the namespaces of a lake',
      connects: true,
    }),
  )
  .input(lakeNamespacesInput)
  .output(LakeNamespacesView)
  .query(({ ctx, input }) => lakeNamespaces(ctx.deps, ctx.actor, input));

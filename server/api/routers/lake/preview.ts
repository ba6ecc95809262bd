import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { lakePreview, lakePreviewInput } from '@/server/lake/lake-preview.ts';
import { LakePreviewView } from '@/server/lake/lake-view.ts';

export const preview = procedure('catalog:read')
  .meta(
    rest({
      method: 'GET',
      path: '/lake/{destinationId}/tables/{namespace}/{table}/preview',
      tag: 'Lake',
      summary: 'Read some rows of a table',
      description: 'Looking at rows is on record.',
      connects: true,
    }),
  )
  .input(lakePreviewInput)
  .output(LakePreviewView)
  .query(({ ctx, input }) => lakePreview(ctx.deps, ctx.actor, input));

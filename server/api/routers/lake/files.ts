import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { lakeFiles, lakeFilesInput } from '@/server/lake/lake-files.ts';
import { LakeFilePageView } from '@/server/lake/lake-view.ts';

export const files = procedure('catalog:read')
  .meta(
    rest({
      method: 'GET',
      path: '/lake/{destinationId}/tables/{namespace}/{table}/files',
      tag: 'Lake',
      summary: 'List the files of a table',
      connects: true,
    }),
  )
  .input(lakeFilesInput)
  .output(LakeFilePageView)
  .query(({ ctx, input }) => lakeFiles(ctx.deps, ctx.actor, input));

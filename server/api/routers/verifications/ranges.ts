import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { listRanges, listRangesInput } from '@/server/verifications/list-ranges.ts';
import { VerifiedRangePage } from '@/server/verifications/verification-view.ts';

export const ranges = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}/ranges',
      tag: 'Tables',
      summary: 'List the key ranges of a verification',
      description: 'With counts and checksums of both sides, and some keys of those that differ.',
    }),
  )
  .input(listRangesInput)
  .output(VerifiedRangePage)
  .query(({ ctx, input }) => listRanges(ctx.deps, ctx.actor, input));

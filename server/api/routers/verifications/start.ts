import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { startVerification, startVerificationInput } from '@/server/verifications/start-verification.ts';
import { VerificationView } from '@/server/verifications/verification-view.ts';

export const start = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/verify',
      tag: 'Tables',
      summary: 'Compare a table with its source',
      description:
        'Counts, checksums and values of its mirror, range by range, while source and lake go on. The answer names the verification that does it.',
      status: 202,
      location: '/pipelines/{pipelineId}/tables/{tableId}/verifications/{id}',
    }),
  )
  .input(startVerificationInput)
  .output(VerificationView)
  .mutation(({ ctx, input }) => startVerification(ctx.deps, ctx.actor, input));

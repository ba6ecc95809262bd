import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { getVerification, verificationKey } from '@/server/verifications/get-verification.ts';
import { VerificationView } from '@/server/verifications/verification-view.ts';

export const get = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}',
      tag: 'Tables',
      summary: 'Read how a verification is going, or went',
    }),
  )
  .input(verificationKey)
  .output(VerificationView)
  .query(({ ctx, input }) => getVerification(ctx.deps, ctx.actor, input));

import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { cancelVerification } from '@/server/verifications/cancel-verification.ts';
import { verificationKey } from '@/server/verifications/get-verification.ts';
import { VerificationView } from '@/server/verifications/verification-view.ts';

export const cancel = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}/cancel',
      tag: 'Tables',
      summary: 'End a verification',
      description: 'What was compared until then stands.',
    }),
  )
  .input(verificationKey)
  .output(VerificationView)
  .mutation(({ ctx, input }) => cancelVerification(ctx.deps, ctx.actor, input));

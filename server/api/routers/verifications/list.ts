import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { listVerifications, listVerificationsInput } from '@/server/verifications/list-verifications.ts';
import { VerificationPage } from '@/server/verifications/verification-view.ts';

export const list = procedure('pipeline:read')
  .meta(
    rest({
      method: 'GET',
      path: '/pipelines/{pipelineId}/tables/{tableId}/verifications',
      tag: 'Tables',
      summary: 'List the verifications of a table',
      description: 'Newest first; the last twenty are remembered.',
    }),
  )
  .input(listVerificationsInput)
  .output(VerificationPage)
  .query(({ ctx, input }) => listVerifications(ctx.deps, ctx.actor, input));

import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { carriedOut } from '@/server/api/routers/pipelines/outcomes.ts';
import { procedure } from '@/server/api/trpc.ts';
import { verificationKey } from '@/server/verifications/get-verification.ts';
import { repairVerification } from '@/server/verifications/repair-verification.ts';

export const repair = procedure('pipeline:operate')
  .meta(
    rest({
      method: 'POST',
      path: '/pipelines/{pipelineId}/tables/{tableId}/verifications/{verificationId}/repair',
      tag: 'Tables',
      summary: 'Repair the ranges that a verification found to differ',
      description:
        'They are read again from the source and replaced in the lake by one commit, exactly joined with the stream.',
    }),
  )
  .input(verificationKey)
  .output(
    z
      .object({ ranges: z.number().int().describe('Ranges that are read again'), carriedOut })
      .meta({ id: 'RepairedRanges' }),
  )
  .mutation(({ ctx, input }) => repairVerification(ctx.deps, ctx.actor, input));

import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { FingerprintList, fingerprintSecrets, fingerprintSecretsInput } from '@/server/secrets/fingerprint-secrets.ts';

export const fingerprint = procedure('source:write')
  .meta(
    rest({
      method: 'POST',
      path: '/secret-fingerprints',
      tag: 'System',
      summary: 'Compare secrets with the stored ones',
      description: 'Nothing is stored. Fingerprints are keyed by the server: they tell equality and nothing else.',
    }),
  )
  .input(fingerprintSecretsInput)
  .output(FingerprintList)
  .mutation(({ ctx, input }) => fingerprintSecrets(ctx.deps, ctx.actor, input));

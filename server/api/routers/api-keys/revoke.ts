import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { revokeApiKey, revokeApiKeyInput } from '@/server/auth/revoke-api-key.ts';

export const revoke = procedure('api-key:manage')
  .meta(
    rest({
      method: 'DELETE',
      path: '/api-keys/{id}',
      tag: 'API keys',
      summary: 'End an API key at once',
    }),
  )
  .input(revokeApiKeyInput)
  .output(z.void())
  .mutation(({ ctx, input }) => revokeApiKey(ctx.deps, ctx.actor, input));

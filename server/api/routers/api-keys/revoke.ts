import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { revokeApiKey } from '@/server/auth/revoke-api-key.ts';
import { versionedId } from '@/server/platform/resource-id.ts';

export const revoke = procedure('api-key:manage')
  .meta(
    rest({
      method: 'DELETE',
      path: '/api-keys/{id}',
      tag: 'API keys',
      summary: 'End an API key at once',
      versioned: true,
    }),
  )
  .input(versionedId)
  .output(z.void())
  .mutation(({ ctx, input }) => revokeApiKey(ctx.deps, ctx.actor, input));

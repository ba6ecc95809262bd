import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { createApiKeyInput } from '@/server/auth/api-key-input.ts';
import { createApiKey } from '@/server/auth/create-api-key.ts';
import { CreatedApiKey } from './created-api-key.ts';

export const create = procedure('api-key:manage')
  .meta(
    rest({
      method: 'POST',
      path: '/api-keys',
      tag: 'API keys',
      summary: 'Make an API key',
      description:
        'With rights that you have yourself. The token is shown here and never again. An API key cannot make others.',
      status: 201,
      location: '/api-keys/{id}',
      versioned: 'key.version',
    }),
  )
  .input(createApiKeyInput)
  .output(CreatedApiKey)
  .mutation(({ ctx, input }) => createApiKey(ctx.deps, ctx.actor, input));

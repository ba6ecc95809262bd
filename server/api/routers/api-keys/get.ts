import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { ApiKeyView } from '@/server/auth/api-key-view.ts';
import { getApiKey, getApiKeyInput } from '@/server/auth/get-api-key.ts';

export const get = procedure('api-key:manage')
  .meta(
    rest({
      method: 'GET',
      path: '/api-keys/{id}',
      tag: 'API keys',
      summary: 'Read an API key',
      versioned: true,
    }),
  )
  .input(getApiKeyInput)
  .output(ApiKeyView)
  .query(({ ctx, input }) => getApiKey(ctx.deps, ctx.actor, input));

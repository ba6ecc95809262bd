import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { ApiKeyView } from '@/server/auth/api-key-view.ts';
import { renameApiKey, renameApiKeyInput } from '@/server/auth/rename-api-key.ts';

export const rename = procedure('api-key:manage')
  .meta(
    rest({
      method: 'PATCH',
      path: '/api-keys/{id}',
      tag: 'API keys',
      summary: 'Rename an API key',
      description: 'Its rights never change: make a new one instead.',
      versioned: true,
    }),
  )
  .input(renameApiKeyInput)
  .output(ApiKeyView)
  .mutation(({ ctx, input }) => renameApiKey(ctx.deps, ctx.actor, input));

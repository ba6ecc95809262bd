import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { ApiKeyPage } from '@/server/auth/api-key-view.ts';
import { listApiKeys, listApiKeysInput } from '@/server/auth/list-api-keys.ts';

export const list = procedure('api-key:manage')
  .meta(
    rest({
      method: 'GET',
      path: '/api-keys',
      tag: 'API keys',
      summary: 'List API keys',
    }),
  )
  .input(listApiKeysInput)
  .output(ApiKeyPage)
  .query(({ ctx, input }) => listApiKeys(ctx.deps, ctx.actor, input));

import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { lakeTableInput } from '@/server/lake/lake-input.ts';
import { ReaderSnippetsView } from '@/server/lake/lake-view.ts';
import { readerSnippets } from '@/server/lake/reader-snippets.ts';

export const snippets = procedure('catalog:read')
  .meta(
    rest({
      method: 'GET',
      path: '/lake/{destinationId}/tables/{namespace}/{table}/snippets',
      tag: 'Lake',
      summary: 'Read how engines open a table',
    }),
  )
  .input(lakeTableInput)
  .output(ReaderSnippetsView)
  .query(({ ctx, input }) => readerSnippets(ctx.deps, ctx.actor, input));

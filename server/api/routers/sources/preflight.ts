import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { checkSource, checkSourceInput } from '@/server/sources/check-source.ts';
import { FindingList } from '@/server/sources/finding-view.ts';

export const preflight = procedure('source:read')
  .meta(
    rest({
      method: 'POST',
      path: '/sources/{id}/preflight',
      tag: 'Sources',
      summary: 'Check a source, and tables chosen from it',
      description: 'Connects to the source and changes nothing there. Findings of severity `error` prevent a start.',
      connects: true,
    }),
  )
  .input(checkSourceInput)
  .output(FindingList)
  .mutation(async ({ ctx, input }) => ({ items: await checkSource(ctx.deps, ctx.actor, input) }));

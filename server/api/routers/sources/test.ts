import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { startSourceTest, startSourceTestInput } from '@/server/connection-tests/start-source-test.ts';
import { ConnectionTestView } from '@/server/connection-tests/test-view.ts';

export const test = procedure('source:write')
  .meta(
    rest({
      method: 'POST',
      path: '/source-tests',
      tag: 'Sources',
      summary: 'Test a source, saved or not',
      description:
        'It is not waited for: a worker carries it out, and the answer says where the findings will be. Only who asked can read them, for ten minutes.',
      status: 202,
      location: '/source-tests/{testId}',
    }),
  )
  .input(startSourceTestInput)
  .output(ConnectionTestView)
  .mutation(({ ctx, input }) => startSourceTest(ctx.deps, ctx.actor, input));

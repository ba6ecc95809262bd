import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { startDestinationTest, startDestinationTestInput } from '@/server/connection-tests/start-destination-test.ts';
import { ConnectionTestView } from '@/server/connection-tests/test-view.ts';

export const test = procedure('destination:write')
  .meta(
    rest({
      method: 'POST',
      path: '/destination-tests',
      tag: 'Destinations',
      summary: 'Test a destination, saved or not',
      description:
        'It is not waited for: a worker carries it out, and the answer says where the findings will be. Only who asked can read them, for ten minutes.',
      status: 202,
      location: '/destination-tests/{testId}',
    }),
  )
  .input(startDestinationTestInput)
  .output(ConnectionTestView)
  .mutation(({ ctx, input }) => startDestinationTest(ctx.deps, ctx.actor, input));

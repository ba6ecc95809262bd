import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { readConnectionTest, readConnectionTestInput } from '@/server/connection-tests/read-connection-test.ts';
import { ConnectionTestView } from '@/server/connection-tests/test-view.ts';

export const testResult = procedure('destination:write')
  .meta(
    rest({
      method: 'GET',
      path: '/destination-tests/{testId}',
      tag: 'Destinations',
      summary: 'Read how a test of a destination went',
    }),
  )
  .input(readConnectionTestInput)
  .output(ConnectionTestView)
  .query(({ ctx, input }) => readConnectionTest(ctx.deps, ctx.actor, { ...input, subject: 'destination' }));

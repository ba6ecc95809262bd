import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { readConnectionTest, readConnectionTestInput } from '@/server/connection-tests/read-connection-test.ts';
import { ConnectionTestView } from '@/server/connection-tests/test-view.ts';

export const testResult = procedure('source:write')
  .meta(
    rest({
      method: 'GET',
      path: '/source-tests/{testId}',
      tag: 'Sources',
      summary: 'Read how a test of a source went',
    }),
  )
  .input(readConnectionTestInput)
  .output(ConnectionTestView)
  .query(({ ctx, input }) => readConnectionTest(ctx.deps, ctx.actor, { ...input, subject: 'source' }));

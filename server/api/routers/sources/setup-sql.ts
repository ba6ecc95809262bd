import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { SourceSetupView, sourceSetupSql, sourceSetupSqlInput } from '@/server/sources/setup-sql.ts';

export const setupSql = procedure('source:read')
  .meta(
    rest({
      method: 'GET',
      path: '/source-setup',
      tag: 'Sources',
      summary: 'Read how a database is made ready',
      description: 'Statements to copy, by provider. Nothing is connected to.',
    }),
  )
  .input(sourceSetupSqlInput)
  .output(SourceSetupView)
  .query(({ ctx, input }) => sourceSetupSql(ctx.deps, ctx.actor, input));

import type { IncomingMessage } from 'node:http';
import type { ApiContext } from '@/server/api/trpc.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import type { ProcedureRoute } from './route-table.ts';

/** Whether a request asks what would become of it. Throws INVALID_INPUT where that cannot be told. */
export function isDryRun(request: IncomingMessage, { rest }: Pick<ProcedureRoute, 'rest'>): boolean {
  const wish = request.headers['dry-run'];
  if (wish === undefined || wish === 'false') return false;
  if (wish !== 'true') throw fieldError('INVALID_INPUT', 'Dry-Run', 'must be true or false');
  // To do it nevertheless would be what the client guards against.
  if (!rest.dryRun) throw fieldError('INVALID_INPUT', 'Dry-Run', 'cannot be kept here; leave it out');
  return true;
}

/** A context in which changes are checked and not made. */
export const onTrial = (context: ApiContext): ApiContext => ({
  ...context,
  deps: { ...context.deps, database: { ...context.deps.database, isTrial: true } },
});

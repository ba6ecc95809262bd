import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { discoverTables } from '@/server/postgres/discover.ts';
import { openSource } from './open-source.ts';
import { type SourceTableView, sourceTableView } from './source-table-view.ts';

/** The source's tables as its catalog shows them now, with what each can be replicated as. */
export async function discoverSource(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  { id }: { id: string },
): Promise<SourceTableView[]> {
  authorize(actor, 'source:read');
  const connection = await openSource(deps, id);
  await using session = await openSourceSession(connection, { applicationName: 'philotes_discover' });
  return (await discoverTables(session.client)).map(sourceTableView);
}

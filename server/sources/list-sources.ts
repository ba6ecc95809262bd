import { asc } from 'drizzle-orm';
import { source } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { type SourceView, sourceView } from './source-view.ts';

/** All sources by name; there are few. */
export async function listSources({ database }: Pick<ControlDeps, 'database'>, actor: Actor): Promise<SourceView[]> {
  authorize(actor, 'source:read');
  return (await database.db.select().from(source).orderBy(asc(source.name))).map(sourceView);
}

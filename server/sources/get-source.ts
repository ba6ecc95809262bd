import { eq } from 'drizzle-orm';
import { source } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type SourceView, sourceView } from './source-view.ts';

/** One source. Throws NOT_FOUND. */
export async function getSource(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id }: { id: string },
): Promise<SourceView> {
  authorize(actor, 'source:read');
  const [row] = await database.db.select().from(source).where(eq(source.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no source ${id}`);
  return sourceView(row);
}

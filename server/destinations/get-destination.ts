import { eq } from 'drizzle-orm';
import { destination } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type DestinationView, destinationView } from './destination-view.ts';

/** One destination. Throws NOT_FOUND. */
export async function getDestination(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  { id }: { id: string },
): Promise<DestinationView> {
  authorize(actor, 'destination:read');
  const [row] = await database.db.select().from(destination).where(eq(destination.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no destination ${id}`);
  return destinationView(row);
}

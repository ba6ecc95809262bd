import { asc } from 'drizzle-orm';
import { destination } from '@/db/schema/definitions.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { type DestinationView, destinationView } from './destination-view.ts';

/** All destinations by name; there are few. */
export async function listDestinations(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
): Promise<DestinationView[]> {
  authorize(actor, 'destination:read');
  return (await database.db.select().from(destination).orderBy(asc(destination.name))).map(destinationView);
}

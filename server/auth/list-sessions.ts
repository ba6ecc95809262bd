import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { session } from '@/db/schema/identity.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { type Actor, authorize, personOf } from './actor.ts';
import { type SessionView, sessionColumns, sessionView } from './session-view.ts';

const SHOWN_MAX = 200;

/** Where the person who asks is signed in now, the last seen first. */
export async function listSessions(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
): Promise<{ items: SessionView[] }> {
  authorize(actor, 'profile:manage');
  const rows = await database.db
    .select(sessionColumns)
    .from(session)
    .where(and(eq(session.memberId, personOf(actor)), gt(session.expiresAt, sql`now()`)))
    .orderBy(desc(session.lastSeenAt), desc(session.createdAt))
    .limit(SHOWN_MAX);
  return { items: rows.map((row) => sessionView(row, actor)) };
}

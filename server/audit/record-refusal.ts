import type { Database } from '@/db/client.ts';
import { auditEntry } from '@/db/schema/identity.ts';
import type { Actor } from '@/server/auth/actor.ts';

type Refusal = {
  /** What was tried, like `source.update`. */
  readonly action: string;
  /** The right that was missing, or what it was tried on. */
  readonly subject: string;
};

/** Puts on record that somebody was told no. */
export async function recordRefusal(database: Database, actor: Actor, { action, subject }: Refusal): Promise<void> {
  const { name, address } = actor;
  await database.db.insert(auditEntry).values({ actor: name, address, action: `${action}.refused`, subject });
}

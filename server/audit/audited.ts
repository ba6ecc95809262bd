import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Database } from '@/db/client.ts';
import { auditEntry } from '@/db/schema/identity.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { Scope } from '@/server/auth/scopes.ts';

/** A transaction on our own database. */
export type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

/** What was done, for the log. `detail` holds no secrets and no row values. */
export type Deed<Result> = {
  readonly result: Result;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
};

export type AuditedChange = { readonly actor: Actor; readonly scope: Scope; readonly action: string };

/**
 * The one way to change control-plane rows: checks the right, then runs `work` in a transaction that also holds the
 * audit entry, so that neither exists without the other. A refusal is recorded too.
 */
export async function audited<Result>(
  database: Database,
  { actor, scope, action }: AuditedChange,
  work: (tx: Transaction) => Promise<Deed<Result>>,
): Promise<Result> {
  try {
    authorize(actor, scope);
  } catch (error) {
    await database.db.insert(auditEntry).values({ ...who(actor), action: `${action}.refused`, subject: scope });
    throw error;
  }
  return database.db.transaction(async (tx) => {
    const { result, subject, detail = {} } = await work(tx);
    await tx.insert(auditEntry).values({ ...who(actor), action, subject, detail });
    return result;
  });
}

const who = (actor: Actor) => ({ actor: actor.name, address: actor.address });

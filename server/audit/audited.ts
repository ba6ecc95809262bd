import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Database } from '@/db/client.ts';
import { auditEntry } from '@/db/schema/identity.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { Scope } from '@/server/auth/scopes.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { changesBetween } from './changes-between.ts';
import { recordRefusal } from './record-refusal.ts';

/** A transaction on our own database. */
export type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

type Facts = Readonly<Record<string, unknown>>;

/** What was done, for the log. Neither `detail` nor the views hold secrets or row values. */
export type Deed<Result> = {
  readonly result: Result;
  readonly subject: string;
  readonly detail?: Facts;
  /** Views of the thing before and after; the log keeps the fields that differ. */
  readonly before?: Facts;
  readonly after?: Facts;
};

/** Ends a trial's transaction, so that nothing of it stays. */
class TrialEnd<Result> extends Error {
  readonly result: Result;
  constructor(result: Result) {
    super('a trial ends here');
    this.result = result;
  }
}

export type AuditedChange = { readonly actor: Actor; readonly scope: Scope; readonly action: string };

/**
 * The one way to change control-plane rows: checks the right, then runs `work` in a transaction that also holds the
 * audit entry, so that neither exists without the other. A refusal is recorded too, whoever found the reason. On trial, the
 * work is done in full and taken back: its result, or its refusal, is what it would be.
 */
export async function audited<Result>(
  database: Database,
  { actor, scope, action }: AuditedChange,
  work: (tx: Transaction) => Promise<Deed<Result>>,
): Promise<Result> {
  try {
    authorize(actor, scope);
    return await database.db.transaction(async (tx) => {
      const deed = await work(tx);
      if (database.isTrial) throw new TrialEnd(deed.result);
      const { name, address } = actor;
      await tx
        .insert(auditEntry)
        .values({ actor: name, address, action, subject: deed.subject, detail: detailOf(deed) });
      return deed.result;
    });
  } catch (error) {
    if (error instanceof TrialEnd) return error.result;
    if (error instanceof AppError && error.code === 'FORBIDDEN') {
      await recordRefusal(database, actor, { action, subject: scope });
    }
    throw error;
  }
}

function detailOf({ detail = {}, before, after }: Deed<unknown>): Facts {
  const changes = before && after ? changesBetween(before, after) : [];
  return changes.length === 0 ? detail : { ...detail, changes };
}

import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import * as z from 'zod';
import { schemaChange } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited, type Transaction } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { type HeldColumns, hold, release } from '@/server/domain/held-columns.ts';
import { isDecidedKind, waitingText } from '@/server/domain/schema-policy.ts';
import type { TableState } from '@/server/domain/table-state.ts';
import { type AppError, fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type CarriedOut, carriedOut, hasLakeTables, type LockedTable, lockTable, tableKey } from './lock-table.ts';

export const decideSchemaChangesInput = z.strictObject({
  ...tableKey.shape,
  decision: z.enum(['approve', 'refuse']),
  /** Ids of what was looked at: what has come since is decided by itself. */
  changes: z
    .array(z.string().regex(/^\d{1,18}$/, 'must be the id of a schema change'))
    .min(1)
    .max(1_600),
});

type Decided = {
  /** Changes of the table that still wait. */
  readonly waiting: number;
  readonly state: TableState;
  readonly resync: boolean;
  readonly carriedOut: CarriedOut;
};

/**
 * Decides about changes of a table's columns. An approved one is followed by the lake; a refused one leaves the lake's
 * columns as they are: an added column is not carried, a renamed one keeps its name and a retyped one its type there, a
 * dropped one is null from then on. The table goes on with everything that was kept for it once none waits any more. One
 * that was ignored can be approved later; its values are not in the lake, so the table is copied anew. So it is when the
 * lake's column cannot become what the source's is (`unfit`): the copy makes the column anew. Throws CONFLICT for one that is
 * decided already, or cannot be decided so.
 */
export async function decideSchemaChanges(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof decideSchemaChangesInput>,
): Promise<Decided> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.decide-schema-changes' } as const;
  return audited(database, change, async (tx) => {
    const { decision, changes, ...key } = parseInput(decideSchemaChangesInput, input);
    const { pipeline, table, name } = await lockTable(tx, tableKey.parse(key));
    const rows = await readChanges(tx, { tableId: table.id, ids: changes });
    const isApproved = decision === 'approve';
    const oid = table.sourceOid ?? 0;
    const requested = table.requested?.kind === 'resync' ? table.requested : null;
    let { held } = table;
    let adopted: HeldColumns | null = requested?.held ?? held;
    let resync = false;
    for (const row of rows) {
      if (isApproved) assertApprovable(row);
      else assertRefusable(row);
      const one = { kind: row.kind, attnum: row.attnum };
      if (!isApproved) {
        held = hold(held, oid, one);
        adopted = hold(adopted, oid, one);
      } else if (isUnfit(row) || (row.action === 'ignored' && row.kind !== 'column-dropped')) {
        adopted = release(adopted, oid, one);
        resync = true;
      }
      await tx
        .update(schemaChange)
        .set({ ...outcome(row, { isApproved }), decidedAt: sql`now()`, decidedBy: actor.name })
        .where(eq(schemaChange.id, row.id));
    }
    const waiting = await tx
      .select({ kind: schemaChange.kind, column: schemaChange.columnName })
      .from(schemaChange)
      .where(and(eq(schemaChange.pipelineTableId, table.id), inArray(schemaChange.action, ['waiting', 'unfit'])))
      .orderBy(asc(schemaChange.id));
    const needsCopy = resync && hasLakeTables(table);
    const { mirror, changelog, policies, onDelete, onTruncate } = requested ?? table;
    const asked = {
      ...(requested?.rules ? { rules: requested.rules } : {}),
      ...(requested?.filter ? { filter: requested.filter } : {}),
    };
    const shape = { mirror, changelog, policies, onDelete, onTruncate, held: adopted, ...asked };
    const wait = waitAfter(table, waiting);
    await tx
      .update(pipelineTable)
      .set({
        held: resync && !needsCopy ? adopted : held,
        ...(needsCopy || requested ? { requested: { kind: 'resync' as const, ...shape } } : {}),
        ...wait,
        version: sql`${pipelineTable.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipelineTable.id, table.id));
    return {
      result: {
        waiting: waiting.length,
        state: wait.state,
        resync: needsCopy,
        carriedOut: carriedOut(pipeline),
      },
      subject: pipeline.id,
      detail: { table: name, decision, changes: rows.map(({ kind, column }) => `${kind} ${column}`) },
    };
  });
}

type Row = Awaited<ReturnType<typeof readChanges>>[number];

async function readChanges(tx: Transaction, { tableId, ids }: { tableId: number; ids: readonly string[] }) {
  const wanted = [...new Set(ids)].map(BigInt);
  const rows = await tx
    .select({
      id: schemaChange.id,
      kind: schemaChange.kind,
      column: schemaChange.columnName,
      attnum: schemaChange.attnum,
      after: schemaChange.after,
      action: schemaChange.action,
      proposed: schemaChange.proposed,
    })
    .from(schemaChange)
    .where(and(eq(schemaChange.pipelineTableId, tableId), inArray(schemaChange.id, wanted)))
    .orderBy(asc(schemaChange.id))
    .for('update');
  const found = new Set(rows.map(({ id }) => id));
  const missing = wanted.find((id) => !found.has(id));
  if (missing !== undefined) throw fieldError('NOT_FOUND', 'changes', `the table has no schema change ${missing}`);
  return rows.map(({ kind, attnum, ...row }) => {
    if (!isDecidedKind(kind) || attnum === null) {
      throw fieldError('CONFLICT', 'changes', `schema change ${row.id} needs no decision`);
    }
    return { ...row, kind, attnum };
  });
}

function assertApprovable({ id, action }: Row): void {
  if (action === 'waiting' || action === 'ignored' || action === 'unfit') return;
  throw decidedAlready(id, action);
}

function assertRefusable({ id, action, kind, column, after }: Row): void {
  if (action !== 'waiting' && action !== 'unfit') throw decidedAlready(id, action);
  const { success } = z.object({ keyOrdinal: z.number() }).safeParse(after);
  if (kind === 'column-added' && success) {
    throw fieldError('CONFLICT', 'changes', `column ${column} is part of the key and cannot be left out`);
  }
}

const decidedAlready = (id: bigint, action: string): AppError =>
  fieldError('CONFLICT', 'changes', `schema change ${id} does not wait: it is ${action}`);

const isUnfit = ({ action, proposed }: Row): boolean => action === 'unfit' || proposed === 'unfit';

/** Of a change that did not fit, what was proposed stays known, so that it can be approved after all. */
function outcome(row: Row, { isApproved }: { isApproved: boolean }) {
  if (!isApproved) return { action: 'ignored', proposed: row.action === 'unfit' ? 'unfit' : row.proposed };
  return { action: isUnfit(row) ? 'followed' : (row.proposed ?? 'followed') };
}

const PARKED_FOR_COLUMNS: ReadonlySet<string | null> = new Set(['SCHEMA_CHANGE_WAITING', 'LAKE_SCHEMA_IMPOSSIBLE']);

/** One that waits for something else as well, or that a person has paused, stays as it is. */
function waitAfter(table: LockedTable, waiting: readonly { kind: string; column: string | null }[]) {
  if (table.state !== 'needs_attention' || !PARKED_FOR_COLUMNS.has(table.errorCode)) return { state: table.state };
  if (waiting.length > 0) return { state: table.state, errorMessage: waitingText(waiting) };
  return { state: 'catching_up' as const, errorCode: null, errorMessage: null, errorAt: null };
}

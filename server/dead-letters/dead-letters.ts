import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { deadLetter, tableSchema } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { parsePayload } from './parse-payload.ts';

/** A parked row as lists show it: where it came from and why, not what it holds. */
export type DeadLetterEntry = {
  readonly id: number;
  readonly source: string;
  readonly lakeName: string;
  readonly op: string;
  readonly lsn: string;
  readonly ordinal: string;
  readonly column: string | null;
  readonly reason: string;
  readonly state: string;
  readonly createdAt: string;
};

type Deps = Pick<ControlDeps, 'database'>;

const listInput = z.strictObject({
  pipelineId: z.string(),
  state: z.enum(['open', 'replay_requested', 'replayed', 'discarded', 'superseded']).optional(),
  limit: z.number().int().min(1).max(500).default(100),
  /** The id of the last entry of the page before. */
  before: z.number().int().optional(),
});

const entryColumns = {
  id: deadLetter.id,
  schema: pipelineTable.sourceSchema,
  table: pipelineTable.sourceTable,
  lakeName: pipelineTable.lakeName,
  op: deadLetter.op,
  lsn: deadLetter.lsn,
  ordinal: deadLetter.ordinal,
  column: deadLetter.columnName,
  reason: deadLetter.reason,
  state: deadLetter.state,
  createdAt: deadLetter.createdAt,
};

/** A page of a pipeline's dead letters, newest first. */
export async function listDeadLetters(
  { database }: Deps,
  actor: Actor,
  input: z.input<typeof listInput>,
): Promise<DeadLetterEntry[]> {
  authorize(actor, 'dead-letter:read');
  const { pipelineId, state, limit, before } = parseInput(listInput, input);
  const rows = await database.db
    .select(entryColumns)
    .from(deadLetter)
    .innerJoin(pipelineTable, eq(pipelineTable.id, deadLetter.pipelineTableId))
    .where(
      and(
        eq(pipelineTable.pipelineId, pipelineId),
        state === undefined ? undefined : eq(deadLetter.state, state),
        before === undefined ? undefined : lt(deadLetter.id, before),
      ),
    )
    .orderBy(desc(deadLetter.id))
    .limit(limit);
  return rows.map(entry);
}

export type DeadLetterKey = { readonly pipelineId: string; readonly id: number };

/** One dead letter with its values, by column. Looking at source data is on record. */
export async function inspectDeadLetter(
  { database }: Deps,
  actor: Actor,
  { pipelineId, id }: DeadLetterKey,
): Promise<DeadLetterEntry & { readonly values: readonly { column: string; value: string | null }[] }> {
  const change = { actor, scope: 'dead-letter:read', action: 'dead-letter.inspect' } as const;
  return audited(database, change, async (tx) => {
    const [row] = await tx
      .select({ ...entryColumns, payload: deadLetter.payload, columns: tableSchema.schema })
      .from(deadLetter)
      .innerJoin(pipelineTable, eq(pipelineTable.id, deadLetter.pipelineTableId))
      .leftJoin(
        tableSchema,
        and(eq(tableSchema.pipelineId, pipelineTable.pipelineId), eq(tableSchema.hash, deadLetter.schemaHash)),
      )
      .where(and(eq(pipelineTable.pipelineId, pipelineId), eq(deadLetter.id, id)));
    if (!row) throw new AppError('NOT_FOUND', `there is no dead letter ${id}`);
    const names = (row.columns as Pick<TableSchema, 'columns'> | null)?.columns.map((column) => column.name) ?? [];
    const values = parsePayload(row.payload).map((value, index) => ({
      column: names[index] ?? `#${index + 1}`,
      value,
    }));
    return { result: { ...entry(row), values }, subject: `${pipelineId}/${id}` };
  });
}

/** Closes an open dead letter without carrying its row. */
export const discardDeadLetter = (deps: Deps, actor: Actor, key: DeadLetterKey): Promise<void> =>
  close(deps, actor, { ...key, to: 'discarded', action: 'dead-letter.discard' });

/** Asks a worker to carry the row after all: into a mirror it fetches the key's present row from the source. */
export const requestReplay = (deps: Deps, actor: Actor, key: DeadLetterKey): Promise<void> =>
  close(deps, actor, { ...key, to: 'replay_requested', action: 'dead-letter.replay' });

type Closing = DeadLetterKey & { readonly to: 'discarded' | 'replay_requested'; readonly action: string };

async function close({ database }: Deps, actor: Actor, { pipelineId, id, to, action }: Closing): Promise<void> {
  await audited(database, { actor, scope: 'dead-letter:write', action }, async (tx) => {
    const [row] = await tx
      .select({ state: deadLetter.state })
      .from(deadLetter)
      .innerJoin(pipelineTable, eq(pipelineTable.id, deadLetter.pipelineTableId))
      .where(and(eq(pipelineTable.pipelineId, pipelineId), eq(deadLetter.id, id)))
      .for('update', { of: deadLetter });
    if (!row) throw new AppError('NOT_FOUND', `there is no dead letter ${id}`);
    if (row.state !== 'open' && row.state !== to)
      throw new AppError('CONFLICT', `the dead letter is ${row.state} already`);
    if (row.state === 'open') {
      await tx
        .update(deadLetter)
        .set({ state: to, ...(to === 'discarded' ? { closedAt: sql`now()` } : {}) })
        .where(eq(deadLetter.id, id));
    }
    return { result: undefined, subject: `${pipelineId}/${id}` };
  });
}

type EntryRow = {
  id: number;
  schema: string;
  table: string;
  lakeName: string;
  op: string;
  lsn: string;
  ordinal: bigint;
  column: string | null;
  reason: string;
  state: string;
  createdAt: string;
};

const entry = ({ id, schema, table, lakeName, op, lsn, ordinal, column, reason, state, createdAt }: EntryRow) => ({
  id,
  source: `${schema}.${table}`,
  lakeName,
  op,
  lsn,
  ordinal: ordinal.toString(),
  column,
  reason,
  state,
  createdAt: new Date(createdAt).toISOString(),
});

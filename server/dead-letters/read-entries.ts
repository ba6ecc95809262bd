import { deadLetter } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import type { DeadLetterEntry } from './dead-letter-view.ts';

/** Columns of a dead letter joined with its table, for `entry`. */
export const entryColumns = {
  id: deadLetter.id,
  tableId: deadLetter.pipelineTableId,
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
  replayFailedAt: deadLetter.replayFailedAt,
};

type EntryRow = {
  readonly [Name in keyof typeof entryColumns]: (typeof entryColumns)[Name]['_']['notNull'] extends true
    ? (typeof entryColumns)[Name]['_']['data']
    : (typeof entryColumns)[Name]['_']['data'] | null;
};

export const entry = (row: EntryRow): DeadLetterEntry => ({
  id: row.id,
  tableId: row.tableId,
  source: `${row.schema}.${row.table}`,
  lakeName: row.lakeName,
  op: row.op,
  lsn: row.lsn,
  ordinal: row.ordinal.toString(),
  column: row.column,
  reason: row.reason,
  state: row.state,
  createdAt: new Date(row.createdAt).toISOString(),
  replayFailedAt: row.replayFailedAt === null ? null : new Date(row.replayFailedAt).toISOString(),
});

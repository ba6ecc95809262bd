import { Readable } from 'node:stream';
import { and, asc, eq, gt } from 'drizzle-orm';
import * as z from 'zod';
import type { Database } from '@/db/client.ts';
import { deadLetter, tableSchema } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { csvLine } from '@/server/downloads/csv-line.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { lockPipeline } from '@/server/pipelines/lock-pipeline.ts';
import type { DeadLetterContent } from './dead-letter-view.ts';
import { fitting, letterFilters } from './list-dead-letters.ts';
import { parsePayload } from './parse-payload.ts';
import { entry, entryColumns } from './read-entries.ts';

export const downloadDeadLettersInput = z.strictObject({
  ...letterFilters,
  reason: z.string().max(2_000).optional(),
  format: z.enum(['ndjson', 'csv']),
});
type Wish = z.output<typeof downloadDeadLettersInput>;

export type DeadLetterDownload = { readonly fileName: string; readonly contentType: string; readonly body: Readable };

const PAGE_ROWS = 500;

/**
 * The chosen dead letters with their values, oldest first, read page by page as they are taken. Taking source data away is
 * on record. Throws NOT_FOUND.
 */
export async function downloadDeadLetters(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof downloadDeadLettersInput>,
): Promise<DeadLetterDownload> {
  authorize(actor, 'dead-letter:read');
  const wish = parseInput(downloadDeadLettersInput, input);
  await throttle(database.pool, { key: `export:${actor.name}`, attemptsMax: 10, windowS: 300 });
  await audited(database, { actor, scope: 'dead-letter:read', action: 'dead-letter.download' }, async (tx) => {
    const { pipelineId, ...filters } = wish;
    await lockPipeline(tx, pipelineId);
    const detail = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
    return { result: undefined, subject: pipelineId, detail };
  });
  const name = `philotes-dead-letters-${wish.pipelineId}-${new Date().toISOString().slice(0, 10)}`;
  const letters = readLetters(database, wish);
  return wish.format === 'csv'
    ? { fileName: `${name}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(toCsv(letters)) }
    : {
        fileName: `${name}.ndjson`,
        contentType: 'application/x-ndjson; charset=utf-8',
        body: Readable.from(toNdjson(letters)),
      };
}

async function* readLetters({ db }: Database, wish: Wish): AsyncGenerator<DeadLetterContent> {
  let last = 0;
  for (;;) {
    const rows = await db
      .select({ ...entryColumns, payload: deadLetter.payload, columns: tableSchema.schema })
      .from(deadLetter)
      .innerJoin(pipelineTable, eq(pipelineTable.id, deadLetter.pipelineTableId))
      .leftJoin(
        tableSchema,
        and(eq(tableSchema.pipelineId, pipelineTable.pipelineId), eq(tableSchema.hash, deadLetter.schemaHash)),
      )
      .where(
        and(
          fitting(wish),
          wish.reason === undefined ? undefined : eq(deadLetter.reason, wish.reason),
          gt(deadLetter.id, last),
        ),
      )
      .orderBy(asc(deadLetter.id))
      .limit(PAGE_ROWS);
    for (const row of rows) yield { ...entry(row), values: valuesOf(row) };
    if (rows.length < PAGE_ROWS) return;
    last = rows.at(-1)?.id ?? last;
  }
}

/** Values by column name, as far as the columns of the row's time are known. */
export function valuesOf({ payload, columns }: { payload: Buffer; columns: unknown }): DeadLetterContent['values'] {
  const names = (columns as Pick<TableSchema, 'columns'> | null)?.columns.map((column) => column.name) ?? [];
  return parsePayload(payload).map((value, index) => ({ column: names[index] ?? `#${index + 1}`, value }));
}

const COLUMNS = ['id', 'source', 'lakeName', 'op', 'lsn', 'ordinal', 'column', 'reason', 'state', 'createdAt'] as const;

/** The rows are of several tables, so their values share a column. */
async function* toCsv(letters: AsyncIterable<DeadLetterContent>): AsyncGenerator<string> {
  // Spreadsheets take the file for UTF-8 only when it says so.
  yield `\ufeff${csvLine([...COLUMNS, 'values'])}`;
  for await (const letter of letters) {
    yield csvLine([...COLUMNS.map((column) => letter[column]), JSON.stringify(asRecord(letter))]);
  }
}

async function* toNdjson(letters: AsyncIterable<DeadLetterContent>): AsyncGenerator<string> {
  for await (const letter of letters) yield `${JSON.stringify({ ...letter, values: asRecord(letter) })}\n`;
}

const asRecord = ({ values }: DeadLetterContent): Record<string, string | null> =>
  Object.fromEntries(values.map(({ column, value }) => [column, value]));

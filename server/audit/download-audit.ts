import { Readable } from 'node:stream';
import { and, asc, gt } from 'drizzle-orm';
import parquet from 'parquetjs-lite';
import * as z from 'zod';
import type { Database } from '@/db/client.ts';
import { auditEntry } from '@/db/schema/identity.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { csvLine } from '@/server/downloads/csv-line.ts';
import { parquetBytes } from '@/server/downloads/parquet-bytes.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { auditFilters, chosenEntries } from './audit-filters.ts';
import { auditColumns, auditView } from './audit-view.ts';
import { audited } from './audited.ts';

export const downloadAuditInput = z.strictObject({ ...auditFilters, format: z.enum(['csv', 'parquet']) });
type Wish = z.output<typeof downloadAuditInput>;

export type AuditDownload = { readonly fileName: string; readonly contentType: string; readonly body: Readable };

const PAGE_ROWS = 1_000;

/** The chosen entries as a file, oldest first, read page by page as it is taken. The download itself is on record. */
export async function downloadAudit(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof downloadAuditInput>,
): Promise<AuditDownload> {
  authorize(actor, 'audit:read');
  const wish = parseInput(downloadAuditInput, input);
  await throttle(database.pool, { key: `export:${actor.name}`, attemptsMax: 10, windowS: 300 });
  await audited(database, { actor, scope: 'audit:read', action: 'audit.download' }, async () => ({
    result: undefined,
    subject: 'audit',
    detail: Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)),
  }));
  const name = `philotes-audit-${new Date().toISOString().slice(0, 10)}`;
  const rows = readRows(database, wish);
  return wish.format === 'csv'
    ? { fileName: `${name}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(toCsv(rows)) }
    : { fileName: `${name}.parquet`, contentType: 'application/vnd.apache.parquet', body: toParquet(rows) };
}

const COLUMNS = [
  'id',
  'at',
  'actor',
  'actorName',
  'action',
  'refused',
  'subject',
  'subjectName',
  'changes',
  'detail',
  'address',
  'hash',
] as const;
type FlatRow = Record<(typeof COLUMNS)[number], string | boolean | null>;

async function* readRows({ db }: Database, wish: Wish): AsyncGenerator<FlatRow> {
  let last = 0n;
  for (;;) {
    const rows = await db
      .select({ ...auditColumns, hash: auditEntry.hash })
      .from(auditEntry)
      .where(and(chosenEntries(wish), gt(auditEntry.id, last)))
      .orderBy(asc(auditEntry.id))
      .limit(PAGE_ROWS);
    for (const row of rows) {
      const { changes, detail, ...view } = auditView(row);
      yield {
        ...view,
        changes: JSON.stringify(changes),
        detail: JSON.stringify(detail),
        hash: row.hash.toString('hex'),
      };
    }
    if (rows.length < PAGE_ROWS) return;
    last = rows.at(-1)?.id ?? last;
  }
}

async function* toCsv(rows: AsyncIterable<FlatRow>): AsyncGenerator<string> {
  // Spreadsheets take the file for UTF-8 only when it says so.
  yield `\ufeff${csvLine(COLUMNS)}`;
  for await (const row of rows) yield csvLine(COLUMNS.map((column) => row[column]));
}

function toParquet(rows: AsyncIterable<FlatRow>): Readable {
  const text = { type: 'UTF8', optional: true, compression: 'GZIP' } as const;
  const schema = new parquet.ParquetSchema({
    ...Object.fromEntries(COLUMNS.map((column) => [column, text])),
    at: { type: 'TIMESTAMP_MILLIS', compression: 'GZIP' },
    refused: { type: 'BOOLEAN' },
  });
  return Readable.from(parquetBytes(schema, toRecords(rows), { rowGroupSize: PAGE_ROWS }));
}

async function* toRecords(rows: AsyncIterable<FlatRow>): AsyncGenerator<Record<string, unknown>> {
  for await (const { at, ...row } of rows) {
    // The library knows a missing value, not null.
    const held = Object.entries(row).filter(([, value]) => value !== null);
    yield { ...Object.fromEntries(held), at: new Date(String(at)) };
  }
}

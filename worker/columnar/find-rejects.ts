import { readFile } from 'node:fs/promises';
import type { LakeColumn, LakeTable } from '@/server/domain/lake-table.ts';
import { isOmitted, META_COLUMNS } from '@/server/domain/row-block.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { csvRecords, fieldSpans, fieldText } from './csv-record.ts';
import { linePosition } from './read-lines.ts';
import { OMITTED_REASON, type Reject, reasonFor, reasonOfAll } from './reject.ts';
import type { ScratchFile } from './scratch-files.ts';

type RejectOptions = {
  readonly lake: LakeTable;
  /** One when there are `errors`. */
  readonly files: readonly ScratchFile[];
  readonly table: string;
  /** Where the files' rows begin in the table. */
  readonly firstRowId: number;
  /** Stem of the rejects tables of a careful read; null after a typed one. */
  readonly errors: string | null;
};

/** Reads the lines of the rejected rows. `malformed` rows never reached the table. */
export async function findRejects(
  session: ColumnarSession,
  options: RejectOptions,
): Promise<{ rejects: Reject[]; malformed: number }> {
  const { lake, files, table, firstRowId, errors } = options;
  const offsets = errors === null ? new Set<number>() : await malformedOffsets(session, errors);
  const bad = await session.rows(
    `SELECT lsn, ordinal, bad FROM ${table} WHERE bad IS NOT NULL AND rowid >= ${firstRowId}`,
  );
  if (bad.length === 0 && offsets.size === 0) return { rejects: [], malformed: 0 };
  // A position names its row, and the file's lines begin with it: no row numbers to keep in step.
  const wanted = new Map(bad.map((row) => [`${row.lsn},${row.ordinal}`, indexesOf(row.bad)]));
  const rejects: Reject[] = [];
  for (const file of files) {
    const bytes = await readFile(file.path);
    for (const { start, end } of csvRecords(bytes)) {
      const { op, position } = linePosition(bytes, start, end);
      const indexes = wanted.get(position);
      const malformed = offsets.has(start);
      if (indexes === undefined && !malformed) continue;
      const payload = file.whole ? await readFile(file.whole) : Buffer.from(bytes.subarray(start, end));
      const faults = (indexes ?? []).flatMap((index) => {
        const column = lake.columns[index];
        return column ? [{ column: column.name, reason: reasonOf({ payload, schema: file.schema, column }) }] : [];
      });
      const [lsn = '0', ordinal = '0'] = position.split(',');
      rejects.push({
        lsn: BigInt(lsn),
        ordinal: BigInt(ordinal),
        op,
        column: faults[0]?.column ?? null,
        reason: faults.length > 0 ? reasonOfAll(faults) : 'the line cannot be read',
        payload,
        schema: file.schema,
      });
    }
  }
  // A row that was neither loaded nor found would be lost without a word.
  if (rejects.length !== wanted.size + offsets.size) {
    throw new AppError(
      'COLUMNAR_ROWS_MISCOUNTED',
      `${rejects.length} of ${wanted.size + offsets.size} rejected rows were found`,
    );
  }
  return { rejects, malformed: offsets.size };
}

const indexesOf = (bad: unknown): number[] => (Array.isArray(bad) ? bad.map(Number) : []);

/** Counts the values of the table's rows that became null, by lake column name. */
export async function countNulled(
  session: ColumnarSession,
  options: Pick<RejectOptions, 'lake' | 'table'> & { readonly nulled: Map<string, number> },
): Promise<void> {
  const { lake, table, nulled } = options;
  const counts = await session.rows(
    `SELECT i, count(*) AS rows FROM (SELECT unnest(nulled) AS i FROM ${table} WHERE nulled IS NOT NULL AND bad IS NULL) GROUP BY i`,
  );
  for (const { i, rows } of counts) nulled.set(lake.columns[Number(i)]?.name ?? '', Number(rows));
}

async function malformedOffsets(session: ColumnarSession, errors: string): Promise<Set<number>> {
  const rows = await session.rows(`SELECT DISTINCT line_byte_position FROM ${errors}_errors`);
  return new Set(rows.map((row) => Number(row.line_byte_position)));
}

function reasonOf({ payload, schema, column }: { payload: Buffer; schema: TableSchema; column: LakeColumn }): string {
  const at = schema.columns.findIndex(({ attnum }) => attnum === column.attnum);
  const fields = fieldSpans(payload, 0, payload.length);
  const text = (index: number) => fields[index] && fieldText(payload, fields[index]);
  if (isOmitted(text(META_COLUMNS.indexOf('unchanged')) ?? '', at)) return OMITTED_REASON;
  return reasonFor(column, text(META_COLUMNS.length + at) ?? null);
}

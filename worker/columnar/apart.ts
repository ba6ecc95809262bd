import type { Type } from '@/server/domain/iceberg/schema.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { isList } from './lake-sql-type.ts';

/** Wide rows with all their values: few enough to be in memory at once. */
export type Part = {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  /** A single row that is very large. */
  readonly isLarge: boolean;
};

/**
 * Wide rows. The engine holds 2048 rows of a table at once, which wide ones would make more than its memory. So the loaded
 * table has NULL for their longer values, which are in tables of a few rows each and are joined when files are written.
 */
export type Apart = {
  /** The table of wide rows: `lsn`, `ordinal`, `part`. */
  readonly table: string;
  /** The lake columns, by index, whose values are not in the loaded table. */
  readonly columns: readonly number[];
  readonly parts: readonly Part[];
};

type Growing = Apart & { readonly parts: Part[] };

/** Null when no column may hold long values. */
export async function createApart(session: ColumnarSession, lake: LakeTable): Promise<Growing | null> {
  const columns = lake.columns.flatMap(({ type, fieldId }, index) =>
    isUnbounded(type) && !lake.keyFieldIds.includes(fieldId) ? [index] : [],
  );
  if (columns.length === 0) return null;
  const table = session.newName('apart');
  await session.run(`CREATE TEMP TABLE ${table} (lsn UBIGINT, ordinal BIGINT, part INTEGER)`);
  return { table, columns, parts: [] };
}

/** Appends a part's rows to the loaded table without their longer values. */
export async function setApart(
  session: ColumnarSession,
  { lake, table, apart, part }: { lake: LakeTable; table: string; apart: Growing; part: Part },
): Promise<void> {
  const columns = lake.columns.map((_, i) => (apart.columns.includes(i) ? 'NULL' : `c${i}`));
  const meta = 'op, lsn, ordinal, time, xid, unchanged, bad, nulled';
  await session.run(`INSERT INTO ${table} SELECT ${[meta, ...columns].join(', ')} FROM ${part.table} ORDER BY rowid`);
  await session.run(`INSERT INTO ${apart.table} SELECT lsn, ordinal, ${apart.parts.length} FROM ${part.table}`);
  apart.parts.push(part);
}

const isUnbounded = (type: Type): boolean => type === 'string' || type === 'binary' || isList(type);

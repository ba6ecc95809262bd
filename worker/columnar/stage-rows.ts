import type { LakeTable } from '@/server/domain/lake-table.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { isList } from './lake-sql-type.ts';
import { type StagedSelect, type StageOptions, stageSelect } from './stage-select.ts';

/** Appends scratch files to a table, typed when their bytes hold no doubt, else value by value. Says which it was. */
export async function stageRows(
  session: ColumnarSession,
  options: StageOptions & { readonly table: string },
): Promise<{ careful: boolean; firstRowId: number }> {
  const { table } = options;
  const firstRowId = await nextRowId(session, table);
  if (!options.careful && (await stageTyped(session, options, firstRowId))) return { careful: false, firstRowId };
  await session.run(`INSERT INTO ${table} ${stageSelect({ ...options, careful: true }).sql}`);
  return { careful: true, firstRowId };
}

/** Row ids only grow, though not without gaps. */
async function nextRowId(session: ColumnarSession, table: string): Promise<number> {
  const { next = 0 } = await session.numbers(`SELECT max(rowid) + 1 AS next FROM ${table}`);
  return next;
}

async function stageTyped(
  session: ColumnarSession,
  options: StageOptions & { readonly table: string },
  first: number,
): Promise<boolean> {
  const { table, lake } = options;
  const select: StagedSelect = stageSelect({ ...options, careful: false });
  try {
    await session.run(`INSERT INTO ${table} ${select.sql}`);
  } catch (error) {
    // The statement left no rows. A value that does not parse is found again by the careful read, with its row.
    if (error instanceof AppError && error.code === 'COLUMNAR_FAILED') return false;
    throw error;
  }
  const beyond = yearsBeyondRange(lake);
  if (beyond === null) return true;
  const { found = 0 } = await session.numbers(
    `SELECT count(*) AS found FROM ${table} WHERE rowid >= ${first} AND (${beyond})`,
  );
  if (found === 0) return true;
  await session.run(`DELETE FROM ${table} WHERE rowid >= ${first}`);
  return false;
}

/** A condition that holds for rows with a date or timestamp outside the years 0001 to 9999; null without such columns. */
export function yearsBeyondRange(lake: LakeTable): string | null {
  const tests = lake.columns.flatMap(({ type }, index) => {
    if (isList(type) || !['date', 'timestamp', 'timestamptz'].includes(String(type))) return [];
    return [`c${index} < '0001-01-01' OR c${index} >= '9999-12-31'::DATE + 1`];
  });
  return tests.length === 0 ? null : tests.join(' OR ');
}

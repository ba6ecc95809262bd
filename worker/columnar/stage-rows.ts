import type { LakeTable } from '@/server/domain/lake-table.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { isList } from './lake-sql-type.ts';
import { type StageOptions, stageSelect } from './stage-select.ts';

type Target = Omit<StageOptions, 'careful' | 'rejects'> & { readonly table: string };

/** Appends scratch files to a table, typed when their bytes hold no doubt, else value by value. Says which it was. */
export async function stageRows(
  session: ColumnarSession,
  options: StageOptions & { readonly table: string },
): Promise<{ careful: boolean }> {
  if (!options.careful && (await stageTyped(session, options))) return { careful: false };
  await stageCareful(session, options);
  return { careful: true };
}

/** Reads every value as text and looks at it; malformed lines go to the rejects tables. */
export async function stageCareful(
  session: ColumnarSession,
  options: Target & { readonly rejects: string },
): Promise<{ firstRowId: number }> {
  const firstRowId = await nextRowId(session, options.table);
  await session.run(`INSERT INTO ${options.table} ${stageSelect({ ...options, careful: true }).sql}`);
  return { firstRowId };
}

/** Null, and nothing staged, when a value does not parse or is out of range: a careful read will find it. */
export async function stageTyped(session: ColumnarSession, options: Target): Promise<{ firstRowId: number } | null> {
  const { table, lake } = options;
  const firstRowId = await nextRowId(session, table);
  const { sql } = stageSelect({ ...options, careful: false, rejects: '' });
  try {
    await session.run(`INSERT INTO ${table} ${sql}`);
  } catch (error) {
    // The statement left no rows.
    if (error instanceof AppError && error.code === 'COLUMNAR_FAILED') return null;
    throw error;
  }
  const beyond = yearsBeyondRange(lake);
  if (beyond === null) return { firstRowId };
  const { found = 0 } = await session.numbers(
    `SELECT count(*) AS found FROM ${table} WHERE rowid >= ${firstRowId} AND (${beyond})`,
  );
  if (found === 0) return { firstRowId };
  await session.run(`DELETE FROM ${table} WHERE rowid >= ${firstRowId}`);
  return null;
}

/** Row ids only grow, though not without gaps. */
async function nextRowId(session: ColumnarSession, table: string): Promise<number> {
  const { next = 0 } = await session.numbers(`SELECT max(rowid) + 1 AS next FROM ${table}`);
  return next;
}

/** A condition that holds for rows with a date or timestamp outside the years 0001 to 9999; null without such columns. */
export function yearsBeyondRange(lake: LakeTable): string | null {
  const tests = lake.columns.flatMap(({ type }, index) => {
    if (isList(type) || !['date', 'timestamp', 'timestamptz'].includes(String(type))) return [];
    return [`c${index} < '0001-01-01' OR c${index} >= '9999-12-31'::DATE + 1`];
  });
  return tests.length === 0 ? null : tests.join(' OR ');
}

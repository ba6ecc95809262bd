import type { LakeTable } from '@/server/domain/lake-table.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type Apart, createApart, setApart } from './apart.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { countNulled, findRejects } from './find-rejects.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import type { Columnar } from './open-columnar.ts';
import type { Reject } from './reject.ts';
import { type ChangeBlock, type ScratchFile, type ScratchGroup, writeScratchFiles } from './scratch-files.ts';
import { stageCareful, stageTyped } from './stage-rows.ts';

export type { ChangeBlock } from './scratch-files.ts';

/** One table's changes of a batch in a session's scratch files. Dispose it when its Parquet files are written. */
export type ReceivedChanges = AsyncDisposable & {
  readonly session: ColumnarSession;
  readonly lake: LakeTable;
  readonly groups: readonly ScratchGroup[];
  /** Rows of all blocks. */
  readonly rows: number;
  /** Bytes of text that a row has on average. */
  readonly rowBytes: number;
};

/** The same, typed, in the session's table. */
export type LoadedChanges = {
  readonly session: ColumnarSession;
  readonly lake: LakeTable;
  /**
   * The table: op, lsn, ordinal, time (microseconds), xid, unchanged (lake column indexes), bad (those whose value is
   * not held; NULL for good rows), then c0, c1 ... as the lake's types. rowid is stream order. Rejected rows stay in it,
   * since a later change may leave a TOASTed value of theirs unchanged.
   */
  readonly table: string;
  /** Values of wide rows that are not in the table. */
  readonly apart: Apart | null;
  /** Rows of all blocks, rejected ones included. */
  readonly rows: number;
  readonly rowBytes: number;
  readonly rejects: readonly Reject[];
  /** The scratch files it was loaded from, for the lines of rows that are rejected later. */
  readonly files: readonly ScratchFile[];
  /** Values that became null, by lake column name: under the `null` policy, and in the old rows of deletes. */
  readonly nulled: ReadonlyMap<string, number>;
};

type Changes = { readonly lake: LakeTable; readonly blocks: AsyncIterable<ChangeBlock>; readonly signal?: AbortSignal };

/** Takes one table's blocks, in stream order, into a session of their own. */
export async function receiveChanges(columnar: Columnar, { lake, blocks, signal }: Changes): Promise<ReceivedChanges> {
  const session = await columnar.openSession(signal);
  try {
    const groups = await writeScratchFiles(session, { lake, blocks });
    const rows = groups.reduce((sum, group) => sum + group.rows, 0);
    const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
    const rowBytes = bytes / Math.max(1, rows);
    return { session, lake, groups, rows, rowBytes, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Loads received changes as the lake's types. Rows that the lake cannot hold become rejects; loaded and rejected rows
 * add up to the blocks' rows, or it throws COLUMNAR_ROWS_MISCOUNTED.
 */
export async function loadReceived({ session, lake, groups, rows, rowBytes }: ReceivedChanges): Promise<LoadedChanges> {
  const table = 'changes';
  await createTable(session, { lake, table });
  const rejects: Reject[] = [];
  const nulled = new Map<string, number>();
  const apart = groups.some(({ wide }) => wide) ? await createApart(session, lake) : null;
  for (const group of groups) {
    if (!apart || !group.wide) {
      rejects.push(...(await loadGroup(session, { lake, group, table })));
      continue;
    }
    const part = session.newName('wide');
    await createTable(session, { lake, table: part });
    rejects.push(...(await loadGroup(session, { lake, group, table: part })));
    const { rows: count, bytes, large } = group;
    await setApart(session, { lake, table, apart, part: { table: part, rows: count, bytes, isLarge: large !== null } });
  }
  await countNulled(session, { lake, table, nulled });
  const files = groups.flatMap((group) => group.files);
  return { session, lake, table, apart, rows, rowBytes, rejects, nulled, files };
}

const createTable = (session: ColumnarSession, { lake, table }: { lake: LakeTable; table: string }): Promise<void> =>
  session.run(`CREATE TEMP TABLE ${table} (op VARCHAR, lsn UBIGINT, ordinal BIGINT, time BIGINT, xid UBIGINT,
    unchanged SMALLINT[], bad SMALLINT[], nulled SMALLINT[]${lake.columns.map(({ type }, i) => `, c${i} ${lakeSqlType(type)}`).join('')})`);

type Load = { readonly lake: LakeTable; readonly group: ScratchGroup; readonly table: string };

/** Appends a group's rows to a table and returns those of them that the lake cannot hold. */
async function loadGroup(session: ColumnarSession, { lake, group, table }: Load): Promise<readonly Reject[]> {
  const { schema, hasOmitted, large } = group;
  const stage = { lake, schema, format: 'block' as const, table, hasOmitted, large };
  const before = await countRows(session, table);
  const paths = group.files.map((file) => file.path);
  const typed = group.careful ? null : await stageTyped(session, { ...stage, paths });
  const whole = { ...stage, files: group.files, rows: group.rows, errors: null };
  if (typed) return checkedRejects(session, { ...whole, ...typed, before });
  const rejects: Reject[] = [];
  for (const file of group.files) {
    const errors = session.newName('rejects');
    const loaded = await countRows(session, table);
    const careful = await stageCareful(session, { ...stage, paths: [file.path], rejects: errors });
    const one = { ...stage, ...careful, files: [file], rows: file.rows, errors, before: loaded };
    rejects.push(...(await checkedRejects(session, one)));
  }
  return rejects;
}

/** Receives and loads at once. */
export async function loadChanges(columnar: Columnar, changes: Changes): Promise<LoadedChanges & AsyncDisposable> {
  const received = await receiveChanges(columnar, changes);
  const dispose = () => received[Symbol.asyncDispose]();
  try {
    return { ...(await loadReceived(received)), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function checkedRejects(
  session: ColumnarSession,
  options: Parameters<typeof findRejects>[1] & { rows: number; before: number },
): Promise<readonly Reject[]> {
  const { rejects, malformed } = await findRejects(session, options);
  const staged = (await countRows(session, options.table)) - options.before;
  if (staged + malformed !== options.rows) {
    throw new AppError('COLUMNAR_ROWS_MISCOUNTED', `${staged} + ${malformed} rows where ${options.rows} belong`);
  }
  return rejects;
}

async function countRows(session: ColumnarSession, table: string): Promise<number> {
  const { rows = 0 } = await session.numbers(`SELECT count(*) AS rows FROM ${table}`);
  return rows;
}

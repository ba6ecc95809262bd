import { type FileHandle, open } from 'node:fs/promises';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import { schemaHash, type TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { type Doubt, hasDoubt } from './exact-read.ts';
import { findRejects } from './find-rejects.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import { parkLongLines } from './long-lines.ts';
import type { Columnar } from './open-columnar.ts';
import type { Reject } from './reject.ts';
import { stageRows } from './stage-rows.ts';
import { doubtsOf } from './stage-select.ts';

/** One table's changes of a batch, typed, in a session's table. Dispose it when its files are written. */
export type LoadedChanges = AsyncDisposable & {
  readonly session: ColumnarSession;
  readonly lake: LakeTable;
  /**
   * The table: op, lsn, ordinal, time (microseconds), xid, unchanged (lake column indexes), bad (those whose value is
   * not held; NULL for good rows), then c0, c1 ... as the lake's types. rowid is stream order. Rejected rows stay in it,
   * since a later change may leave a TOASTed value of theirs unchanged.
   */
  readonly table: string;
  /** Rows of all blocks, rejected ones included. */
  readonly rows: number;
  readonly rejects: readonly Reject[];
  /** The scratch files it was loaded from, for the lines of rows that are rejected later. */
  readonly files: readonly ScratchFile[];
  /** Values that became null, by lake column name: under the `null` policy, and in the old rows of deletes. */
  readonly nulled: ReadonlyMap<string, number>;
};

export type ChangeBlock = { readonly schema: TableSchema; readonly bytes: Buffer; readonly rows: number };

/**
 * Loads one table's blocks, in stream order, as the lake's types. Rows that the lake cannot hold become rejects; loaded
 * and rejected rows add up to the blocks' rows, or it throws COLUMNAR_ROWS_MISCOUNTED.
 */
export async function loadChanges(
  columnar: Columnar,
  options: { lake: LakeTable; blocks: AsyncIterable<ChangeBlock>; signal?: AbortSignal },
): Promise<LoadedChanges> {
  const { lake, blocks, signal } = options;
  const session = await columnar.openSession(signal);
  try {
    const table = 'changes';
    await session.run(`CREATE TEMP TABLE ${table} (op VARCHAR, lsn UBIGINT, ordinal BIGINT, time BIGINT, xid UBIGINT,
      unchanged SMALLINT[], bad SMALLINT[], nulled SMALLINT[]${lake.columns.map(({ type }, i) => `, c${i} ${lakeSqlType(type)}`).join('')})`);
    const rejects: Reject[] = [];
    const nulled = new Map<string, number>();
    const files = await writeScratchFiles({ session, lake, blocks, rejects });
    const rows = files.reduce((sum, file) => sum + file.rows, rejects.length);
    for (const file of files) {
      const errors = session.newName('rejects');
      const stage = { lake, schema: file.schema, paths: [file.path], format: 'block', rejects: errors } as const;
      const before = await countRows(session, table);
      const { careful, firstRowId } = await stageRows(session, { ...stage, careful: file.careful, table });
      const found = await findRejects(session, {
        lake,
        file,
        table,
        firstRowId,
        nulled,
        errors: careful ? errors : null,
      });
      const staged = (await countRows(session, table)) - before;
      if (staged + found.malformed !== file.rows) {
        throw new AppError('COLUMNAR_ROWS_MISCOUNTED', `${staged} + ${found.malformed} rows where ${file.rows} belong`);
      }
      rejects.push(...found.rejects);
    }
    return {
      session,
      lake,
      table,
      rows,
      rejects,
      nulled,
      files,
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Rows of one schema version next to each other in the stream. */
export type ScratchFile = {
  readonly path: string;
  readonly schema: TableSchema;
  readonly rows: number;
  /** The bytes hold a text that a typed read could get wrong. */
  readonly careful: boolean;
};

async function writeScratchFiles(options: {
  session: ColumnarSession;
  lake: LakeTable;
  blocks: AsyncIterable<ChangeBlock>;
  /** Rows too long to load are added here. */
  rejects: Reject[];
}): Promise<ScratchFile[]> {
  const { session, lake, blocks, rejects } = options;
  const files: (ScratchFile & { hash: string; doubts: Set<Doubt>; rows: number; careful: boolean })[] = [];
  let handle: FileHandle | undefined;
  try {
    for await (const { schema, bytes, rows } of blocks) {
      let file = files.at(-1);
      const hash = file?.schema === schema ? file.hash : schemaHash(schema);
      if (!file || file.hash !== hash) {
        await handle?.close();
        const path = session.scratchPath(`${session.newName('block')}.csv`);
        handle = await open(path, 'wx');
        file = { path, schema, hash, rows: 0, careful: false, doubts: doubtsOf({ lake, schema }) };
        files.push(file);
      }
      const { kept, rejects: long } = parkLongLines(bytes, schema);
      for (const lines of kept) await handle?.writeFile(lines);
      rejects.push(...long);
      file.rows += rows - long.length;
      file.careful ||= hasDoubt(bytes, file.doubts);
    }
  } finally {
    await handle?.close();
  }
  return files;
}

async function countRows(session: ColumnarSession, table: string): Promise<number> {
  const { rows = 0 } = await session.numbers(`SELECT count(*) AS rows FROM ${table}`);
  return rows;
}

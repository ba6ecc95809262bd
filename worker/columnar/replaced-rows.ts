import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import type { ColumnarSession } from './columnar-session.ts';
import type { FoundRows } from './find-rows.ts';
import { withinRange } from './key-bounds.ts';
import { type LakeFile, pathOf, readLakeFiles, readLiveRows } from './read-lake-files.ts';

/** The part of a mirror that copied rows take the place of. */
export type ReplacedPart = {
  /** Everything that the lake has in these ranges goes; null: only what it has under the copied keys. */
  readonly ranges: readonly KeyRange[] | null;
  /** Index of the column that says when a row was deleted; such rows stay unless their key is copied. -1 for none. */
  readonly deletedAt: number;
};

type Options = {
  readonly lake: LakeTable;
  readonly part: ReplacedPart;
  readonly copied: readonly LakeFile[];
  readonly files: readonly LakeFile[];
  readonly deletes: readonly { readonly localPath: string }[];
};

/** Puts `path` and `pos` of the lake's rows that the copied ones replace into a session table. */
export async function findReplaced(session: ColumnarSession, options: Options): Promise<string> {
  const { lake, part, copied, files, deletes } = options;
  const table = session.newName('replaced');
  await session.run(`CREATE TEMP TABLE ${table} (path VARCHAR, pos BIGINT)`);
  if (files.length === 0) return table;
  const keys = lake.keyFieldIds.map((id) => lake.columns.findIndex(({ fieldId }) => fieldId === id));
  const read = (indexes: readonly number[]) =>
    indexes.flatMap((index) => {
      const column = lake.columns[index];
      return column ? [{ column, as: `c${index}` }] : [];
    });
  const isCopied =
    copied.length === 0
      ? 'false'
      : `EXISTS (SELECT 1 FROM ${readLakeFiles({ files: copied, columns: read(keys) })} k
          WHERE ${keys.map((index) => `k.c${index} = r.c${index}`).join(' AND ')})`;
  const inside: string[] = [];
  for (const range of part.ranges ?? []) inside.push(await withinRange(session, { lake, range }));
  const isThere = part.deletedAt < 0 ? 'true' : `r.c${part.deletedAt} IS NULL`;
  const goes = part.ranges === null ? isCopied : `((${inside.join(' OR ')}) AND ${isThere}) OR ${isCopied}`;
  const columns = read(part.deletedAt < 0 ? keys : [...keys, part.deletedAt]);
  await session.run(`INSERT INTO ${table} SELECT ${pathOf(files, 'r.file')}, r.pos
    FROM ${readLiveRows({ files, columns, deletes })} r WHERE ${goes}`);
  return table;
}

/** Ids of parked keys, in a table of `loadParkedKeys`, whose rows the copied ones make good. */
export async function lettersOfPart(
  session: ColumnarSession,
  { lake, part, copied, parkedTable }: Pick<Options, 'lake' | 'part' | 'copied'> & { parkedTable: string },
): Promise<number[]> {
  const keys = lake.keyFieldIds.map((id) => lake.columns.findIndex(({ fieldId }) => fieldId === id));
  const columns = keys.flatMap((index) => {
    const column = lake.columns[index];
    return column ? [{ column, as: `c${index}` }] : [];
  });
  const parked = `(SELECT id, ${keys.map((index, at) => `k${at} AS c${index}`).join(', ')} FROM ${parkedTable})`;
  const tests: string[] = [];
  for (const range of part.ranges ?? []) tests.push(await withinRange(session, { lake, range }));
  if (copied.length > 0) {
    tests.push(`EXISTS (SELECT 1 FROM ${readLakeFiles({ files: copied, columns })} k
      WHERE ${keys.map((index) => `k.c${index} = p.c${index}`).join(' AND ')})`);
  }
  if (tests.length === 0) return [];
  const rows = await session.rows(`SELECT DISTINCT id FROM ${parked} p WHERE ${tests.join(' OR ')}`);
  return rows.map(({ id }) => Number(id));
}

/** Found rows without those that are replaced anyway: their values are older than the copied ones. */
export async function withoutReplaced(
  session: ColumnarSession,
  { found, replaced }: { found: FoundRows; replaced: string },
): Promise<FoundRows> {
  await session.run(`DELETE FROM ${found.table} f USING ${replaced} r WHERE r.path = f.path AND r.pos = f.pos`);
  return counted(session, found.table);
}

/** Both together, to be deleted. */
export async function withReplaced(
  session: ColumnarSession,
  { found, replaced }: { found: FoundRows; replaced: string },
): Promise<FoundRows> {
  const table = session.newName('gone');
  await session.run(
    `CREATE TEMP TABLE ${table} AS SELECT path, pos FROM ${found.table} UNION SELECT path, pos FROM ${replaced}`,
  );
  return counted(session, table);
}

async function counted(session: ColumnarSession, table: string): Promise<FoundRows> {
  const counts = await session.rows(`SELECT path, count(*) AS rows FROM ${table} GROUP BY path`);
  const rowsByFile = new Map(counts.map(({ path, rows }) => [String(path), Number(rows)]));
  return { table, rows: [...rowsByFile.values()].reduce((sum, rows) => sum + rows, 0), rowsByFile };
}

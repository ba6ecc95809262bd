import type { Columnar } from './open-columnar.ts';
import { type DeleteFile, readDeletePaths } from './read-lake-files.ts';
import { literal } from './sql-text.ts';
import { type WrittenDeletes, writeDeletes } from './write-deletes.ts';

/** Rewrites position-delete files as one, without the positions of data files that are gone. Null when none are left. */
export async function mergeDeletes(
  columnar: Columnar,
  options: {
    deletes: readonly DeleteFile[];
    /** URIs of the data files whose deleted rows still matter. */
    keepPaths: readonly string[];
    outDir: string;
    stem: string;
    signal?: AbortSignal;
  },
): Promise<WrittenDeletes | null> {
  const { deletes, keepPaths, outDir, stem, signal } = options;
  if (deletes.length === 0 || keepPaths.length === 0) return null;
  await using session = await columnar.openSession(signal);
  await session.run('CREATE TEMP TABLE keep (path VARCHAR)');
  await session.run(`INSERT INTO keep VALUES ${keepPaths.map((path) => `(${literal(path)})`).join(', ')}`);
  await session.run(
    `CREATE TEMP TABLE merged AS SELECT DISTINCT d.path, d.pos FROM ${readDeletePaths(deletes)} d SEMI JOIN keep USING (path)`,
  );
  const counts = await session.rows('SELECT path, count(*) AS rows FROM merged GROUP BY path');
  const rowsByFile = new Map(counts.map(({ path, rows }) => [String(path), Number(rows)]));
  const rows = [...rowsByFile.values()].reduce((sum, count) => sum + count, 0);
  return await writeDeletes({ session }, { found: { table: 'merged', rows, rowsByFile }, outDir, stem });
}

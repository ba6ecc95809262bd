import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { currentSchema } from '@/server/domain/iceberg/metadata.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { ColumnarSession } from '@/worker/columnar/columnar-session.ts';
import { lakeSqlType } from '@/worker/columnar/lake-sql-type.ts';
import { lakeParquetColumns } from '@/worker/columnar/parquet-column.ts';
import { pathOf, readLiveRows } from '@/worker/columnar/read-lake-files.ts';
import { writeDeletes } from '@/worker/columnar/write-deletes.ts';
import { writeParquet } from '@/worker/columnar/write-parquet.ts';
import { commitTables } from '@/worker/iceberg/commit-tables.ts';
import { liveFiles } from '@/worker/iceberg/live-files.ts';
import { openLake } from '@/worker/pipeline/lake.ts';
import { localFiles } from '@/worker/pipeline/local-files.ts';
import { toDataFile } from '@/worker/pipeline/upload-files.ts';
import type { TestInstallation } from './open-test-installation.ts';

export type Tampering = {
  /** Condition on columns of the lake: such rows vanish. */
  readonly remove?: string;
  /** Rows that appear, as SQL values in column order. */
  readonly add?: readonly string[];
};

/**
 * Another writer that changes a mirror behind the pipeline's back, the way an engine would: a commit of its own without a
 * word about positions. Tries again when the pipeline commits at the same time.
 */
export async function tamperMirror(
  { deps, destinationId }: Pick<TestInstallation, 'deps' | 'destinationId'>,
  identifier: { namespace: string[]; name: string },
  { remove, add = [] }: Tampering,
): Promise<{ removed: number }> {
  const signal = new AbortController().signal;
  const outDir = await mkdtemp(path.join(tmpdir(), 'philotes-tamper-'));
  await using lake = await openLake(deps, { destinationId, signal });
  try {
    for (;;) {
      const loaded = await lake.catalog.loadTable(identifier, { signal });
      const live = await liveFiles({ metadata: loaded.metadata, reader: lake.manifests });
      const local = (files: readonly { file: { path: string } }[]) =>
        localFiles(lake.storage, { files: files.map(({ file }) => file), workDir: outDir });
      const table = wholeTable(currentSchema(loaded.metadata));
      await using session = await deps.columnar.openSession(signal);
      const found = await findRows(session, {
        table,
        files: await local(live.data),
        deletes: await local(live.deletes),
        remove: remove ?? 'false',
      });
      const deletes = await writeDeletes({ session }, { found, outDir, stem: randomUUID() });
      const added = add.length === 0 ? [] : await writeRows(session, { table, add, outDir });
      const context = { lake, signal };
      const target = { loaded };
      const changes = {
        operation: 'overwrite' as const,
        addDataFiles: await Promise.all(
          added.map((file) => toDataFile(context, { target, file, content: 'data' as const })),
        ),
        addDeleteFiles: deletes
          ? [await toDataFile(context, { target, file: deletes, content: 'position-deletes' })]
          : [],
        removePaths: new Set<string>(),
      };
      const [outcome] = await commitTables({
        catalog: lake.catalog,
        storage: lake.storage,
        reader: lake.manifests,
        signal,
        tables: [{ identifier, base: loaded, changes, marker: null }],
      });
      if (outcome?.outcome === 'committed') return { removed: found.rows };
      if (outcome?.outcome !== 'conflict') throw outcome?.error ?? new Error('nothing was committed');
    }
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

const wholeTable = (schema: ReturnType<typeof currentSchema>): LakeTable => ({
  columns: schema.fields.map(({ id, name, type, required }) => ({
    fieldId: id,
    name,
    type,
    required,
    attnum: null,
    policy: 'dead-letter',
  })),
  keyFieldIds: schema['identifier-field-ids'] ?? [],
});

type Find = {
  table: LakeTable;
  files: readonly { path: string; localPath: string }[];
  deletes: readonly { localPath: string }[];
  remove: string;
};

async function findRows(session: ColumnarSession, { table, files, deletes, remove }: Find) {
  const columns = table.columns.map((column) => ({ column, as: column.name }));
  await session.run(`CREATE TEMP TABLE found AS SELECT ${pathOf(files, 'r.file')} AS path, r.pos
    FROM ${readLiveRows({ files, columns, deletes })} r WHERE ${remove}`);
  const counts = await session.rows('SELECT path, count(*) AS n FROM found GROUP BY path');
  const rowsByFile = new Map(counts.map(({ path: uri, n }) => [String(uri), Number(n)]));
  return { table: 'found', rows: [...rowsByFile.values()].reduce((sum, n) => sum + n, 0), rowsByFile };
}

async function writeRows(
  session: ColumnarSession,
  { table, add, outDir }: { table: LakeTable; add: readonly string[]; outDir: string },
) {
  const types = table.columns.map(({ type }, i) => `CAST(v${i} AS ${lakeSqlType(type)}) AS c${i}`);
  const names = table.columns.map((_, i) => `v${i}`);
  return writeParquet(session, {
    columns: lakeParquetColumns(table),
    from: `(SELECT ${types.join(', ')} FROM (VALUES ${add.map((row) => `(${row})`).join(', ')}) AS v (${names.join(', ')}))`,
    outDir,
    stem: randomUUID(),
  });
}

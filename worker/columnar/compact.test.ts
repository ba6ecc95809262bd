import { expect, test } from 'vitest';
import { decodeSingleValue } from '@/server/domain/iceberg/single-value.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import { compact } from './compact.ts';
import { findRows } from './find-rows.ts';
import { fold } from './fold.ts';
import { loadChanges } from './load-changes.ts';
import { pruneByBounds, touchedRange } from './prune-by-bounds.ts';
import { openTestColumnar, testBlocks, testList, testTable } from './testing/tables.ts';
import { writeDeletes } from './write-deletes.ts';
import { writeMirror } from './write-mirror.ts';

const { schema, lake } = testTable([
  { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true },
  { name: 'tags', source: { kind: 'array', element: { kind: 'text' } }, lake: testList('string', 1002) },
]);

/** The same table later: the key widened, a column renamed, one added. */
const later: LakeTable = {
  ...lake,
  columns: [
    ...lake.columns.map((column) => ({
      ...column,
      ...(column.name === 'id' ? { type: 'long' as const } : { name: 'labels' }),
    })),
    { fieldId: 9, name: 'note', type: 'string', required: false, attnum: 3, policy: 'dead-letter' },
  ],
};

test('deleted rows are gone after compaction, and old files read under the present schema', async () => {
  await using columnar = await openTestColumnar();
  const inserts = ['1', '2', '3'].map((id, ordinal) => ({ op: 'i', ordinal, values: [id, '{a,"b c"}'] }));
  await using loaded = await loadChanges(columnar, { lake, blocks: testBlocks(schema, inserts) });
  const [data] = await writeMirror(await fold(loaded), { outDir: columnar.workDir });
  const file = { path: 's3://lake/data.parquet', localPath: data?.localPath ?? '' };

  await using second = await loadChanges(columnar, {
    lake,
    blocks: testBlocks(schema, [{ op: 'd', ordinal: 0, values: ['2', null] }]),
  });
  const folded = await fold(second);
  const range = await touchedRange(folded);
  expect(range).toMatchObject({ fieldId: 1, min: 2, max: 2 });
  expect(range && data && pruneByBounds([data], range)).toEqual([data]);
  expect(range && data && pruneByBounds([data], { ...range, min: 4, max: 9 })).toEqual([]);
  const found = await findRows(folded, { files: [file], deletes: [] });
  const deletes = await writeDeletes(second, { found, outDir: columnar.workDir });
  expect(deletes).toMatchObject({ rows: 1, referencedDataFile: file.path });
  const bounds = [deletes?.metrics.lowerBounds, deletes?.metrics.upperBounds].map((b) =>
    b?.get(2147483546)?.toString(),
  );
  expect(bounds).toEqual([file.path, file.path]);
  const pos = deletes?.metrics.lowerBounds.get(2147483545);
  expect(pos && decodeSingleValue('long', pos)).toBe(1n);
  expect((await findRows(folded, { files: [file], deletes: deletes ? [deletes] : [] })).rows).toBe(0);

  const compacted = await compact(columnar, {
    lake: later,
    files: [file],
    deletes: deletes ? [deletes] : [],
    outDir: columnar.workDir,
  });
  const rows = await second.session.rows(`SELECT * FROM read_parquet('${compacted[0]?.localPath}')`);
  expect(rows).toEqual([
    { id: '1', labels: ['a', 'b c'], note: null },
    { id: '3', labels: ['a', 'b c'], note: null },
  ]);
  expect(compacted.map((f) => f.rows)).toEqual([2]);
});

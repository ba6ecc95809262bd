import { expect, test } from 'vitest';
import { findRows } from './find-rows.ts';
import { fold } from './fold.ts';
import { loadChanges } from './load-changes.ts';
import { pruneByBounds, touchedRange } from './prune-by-bounds.ts';
import { openTestColumnar, testBlocks, testTable } from './testing/tables.ts';
import { writeMirror } from './write-mirror.ts';

test('a file whose greatest key begins with U+FEFF is looked into', async () => {
  await using columnar = await openTestColumnar();
  const { schema, lake } = testTable([{ name: 'k', source: { kind: 'text' }, lake: 'string', key: true }]);
  const keys = ['a', 'b', '\ufeffc'];
  const load = (op: string, texts: readonly string[]) =>
    loadChanges(columnar, {
      lake,
      blocks: testBlocks(
        schema,
        texts.map((text, ordinal) => ({ op, ordinal, values: [text] })),
      ),
    });
  await using first = await load('i', keys);
  const files = await writeMirror(await fold(first), { outDir: columnar.workDir });
  for (const key of keys) {
    await using later = await load('d', [key]);
    const folded = await fold(later);
    const range = await touchedRange(folded);
    if (!range) throw new Error('nothing is touched');
    const kept = pruneByBounds(files, range).map(({ localPath }) => ({ path: localPath, localPath }));
    expect((await findRows(folded, { files: kept, deletes: [] })).rows).toBe(1);
  }
});

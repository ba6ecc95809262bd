import fc from 'fast-check';
import { expect, test } from 'vitest';
import { completeFromLake, lakeFilesToComplete } from './complete-from-lake.ts';
import { findRows } from './find-rows.ts';
import { fold } from './fold.ts';
import { loadChanges } from './load-changes.ts';
import type { Columnar } from './open-columnar.ts';
import { type LakeFile, readLiveRows } from './read-lake-files.ts';
import { openTestColumnar, type TestChange, testBlocks, testTable } from './testing/tables.ts';
import { writeDeletes } from './write-deletes.ts';
import { writeMirror } from './write-mirror.ts';

const { schema, lake } = testTable([
  { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true },
  { name: 'n', source: { kind: 'int4' }, lake: 'int' },
  { name: 'body', source: { kind: 'text' }, lake: 'string' },
  { name: 'more', source: { kind: 'text' }, lake: 'string' },
]);

type Row = { id: number; n: number; body: string | null; more: string | null };
type Mirror = { live: LakeFile[]; deletes: { localPath: string }[] };

/** A source table that answers each wish with the changes pgoutput would send for it. */
class SourceTable {
  readonly rows = new Map<number, Row>();
  #ordinal = 0;
  #lsn = 100;

  apply(wish: Wish): TestChange[] {
    const { kind, key, other, n } = wish;
    const row = this.rows.get(key);
    const change = (op: string, values: (string | null)[], unchanged: number[] = []): TestChange => ({
      op,
      lsn: this.#lsn,
      ordinal: this.#ordinal++,
      unchanged,
      values,
    });
    if (kind === 'commit') {
      this.#lsn += 8;
      this.#ordinal = 0;
      return [];
    }
    if (kind === 'truncate') {
      this.rows.clear();
      return [change('t', [null, null, null, null])];
    }
    if (!row) {
      const added = { id: key, n, body: wish.body, more: `m${n}` };
      this.rows.set(key, added);
      return [change('i', texts(added))];
    }
    if (kind === 'delete') {
      this.rows.delete(key);
      return [change('d', [String(key), null, null, null])];
    }
    const moved = kind === 'move' && !this.rows.has(other);
    const next = { ...row, n, ...(wish.setBody ? { body: wish.body } : {}), id: moved ? other : key };
    const unchanged = [...(wish.setBody || row.body === null ? [] : [2]), ...(row.more === null ? [] : [3])];
    const values = texts(next).map((text, i) => (unchanged.includes(i) ? null : text));
    this.rows.delete(key);
    this.rows.set(next.id, next);
    if (!moved) return [change('u', values, unchanged)];
    return [change('D', [String(key), null, null, null]), change('U', values, unchanged)];
  }
}

const texts = (row: Row) => [String(row.id), String(row.n), row.body, row.more];

const wish = fc.record({
  kind: fc.constantFrom('upsert', 'upsert', 'upsert', 'delete', 'move', 'move', 'commit', 'truncate'),
  key: fc.integer({ min: 0, max: 7 }),
  other: fc.integer({ min: 0, max: 7 }),
  n: fc.integer({ min: 0, max: 99 }),
  setBody: fc.boolean(),
  body: fc.constantFrom('a', 'b', '', null),
});
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;

async function applyBatch(columnar: Columnar, mirror: Mirror, changes: TestChange[], batch: number): Promise<Mirror> {
  const outDir = columnar.workDir;
  await using loaded = await loadChanges(columnar, { lake, blocks: testBlocks(schema, changes) });
  const folded = await fold(loaded);
  const before = folded.truncated ? { live: [], deletes: [] } : mirror;
  const found = await findRows(folded, { files: before.live, deletes: before.deletes });
  const lakeValues = await completeFromLake(folded, { found, files: before.live });
  expect(await lakeFilesToComplete(folded, found)).toBeDefined();
  const id = `${batch}-${runs++}`;
  const deletes = await writeDeletes(loaded, { found, outDir, stem: `deletes-${id}` });
  const files = await writeMirror(folded, { lakeValues, outDir, stem: `mirror-${id}` });
  expect([...loaded.rejects, ...folded.rejects, ...lakeValues.rejects]).toEqual([]);
  return {
    live: [...before.live, ...files.map(({ localPath }) => ({ localPath, path: `s3://lake${localPath}` }))],
    deletes: [...before.deletes, ...(deletes ? [{ localPath: deletes.localPath }] : [])],
  };
}
let runs = 0;

async function readMirror(columnar: Columnar, mirror: Mirror): Promise<Row[]> {
  if (mirror.live.length === 0) return [];
  await using session = await columnar.openSession();
  const columns = lake.columns.map((column) => ({ column, as: column.name }));
  const rows = await session.rows(`SELECT id, n, body, more 
    FROM ${readLiveRows({ files: mirror.live, columns, deletes: mirror.deletes })} ORDER BY id`);
  return rows as Row[];
}

test('a mirror equals its source after every batch, through key changes, truncates and values that were not sent (rows 36, 80)', async () => {
  await using columnar = await openTestColumnar();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(wish, { maxLength: 14 }), { minLength: 2, maxLength: 3 }), async (batches) => {
      const source = new SourceTable();
      let mirror: Mirror = { live: [], deletes: [] };
      for (const [batch, wishes] of batches.entries()) {
        mirror = await applyBatch(
          columnar,
          mirror,
          wishes.flatMap((w) => source.apply(w)),
          batch,
        );
        expect(await readMirror(columnar, mirror)).toEqual([...source.rows.values()].sort((a, b) => a.id - b.id));
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('an unchanged value that neither the batch nor the lake has parks its row (row 31)', async () => {
  await using columnar = await openTestColumnar();
  const changes: TestChange[] = [{ op: 'u', ordinal: 0, unchanged: [2], values: ['1', '5', null, 'm'] }];
  await using loaded = await loadChanges(columnar, { lake, blocks: testBlocks(schema, changes) });
  const folded = await fold(loaded);
  const found = await findRows(folded, { files: [], deletes: [] });
  const { rejects, ...lakeValues } = await completeFromLake(folded, { found, files: [] });
  expect(rejects).toMatchObject([{ lsn: 100n, ordinal: 0n, op: 'u', column: 'body' }]);
  expect(await writeMirror(folded, { lakeValues: { ...lakeValues, rejects }, outDir: columnar.workDir })).toEqual([]);
});

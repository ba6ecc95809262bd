import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import { completeFromLake } from './complete-from-lake.ts';
import { findRows } from './find-rows.ts';
import { fold } from './fold.ts';
import { loadChanges } from './load-changes.ts';
import type { Columnar } from './open-columnar.ts';
import { literal } from './sql-text.ts';
import { openTestColumnar, type TestChange, testBlock, testTable } from './testing/tables.ts';
import { writeChangelog } from './write-changelog.ts';
import { writeMirror } from './write-mirror.ts';

const MIB = 1024 * 1024;
const { schema, lake } = testTable([
  { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true },
  { name: 'body', source: { kind: 'text' }, lake: 'string' },
  { name: 'raw', source: { kind: 'bytea' }, lake: 'binary' },
  { name: 'n', source: { kind: 'float8' }, lake: 'double' },
]);
const changelogFieldIds = {
  _philotes_op: 101,
  _philotes_epoch: 102,
  _philotes_commit_lsn: 103,
  _philotes_ordinal: 104,
  _philotes_commit_time: 105,
  _philotes_unchanged: 106,
};

const text = (bytes: number) => `${randomBytes(bytes / 2).toString('hex')}"é\n`;
const hex = (bytes: number) => `\\x${randomBytes(bytes).toString('hex')}`;
const insert = (ordinal: number, body: string | null, raw: string | null = null): TestChange => ({
  op: 'i',
  ordinal,
  values: [String(ordinal), body, raw, '1.5'],
});

/** One block per few megabytes, like a source. */
async function* blocksOf(changes: readonly TestChange[]) {
  let waiting: TestChange[] = [];
  let bytes = 0;
  const hasOmitted = changes.some(({ omitted }) => omitted !== undefined);
  for (const change of changes) {
    waiting.push(change);
    bytes += change.values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
    if (bytes < 6 * MIB && change !== changes.at(-1)) continue;
    yield { schema, bytes: testBlock(waiting), rows: waiting.length, hasOmitted };
    waiting = [];
    bytes = 0;
  }
}

const digest = (value: string | Buffer | null) => value && createHash('md5').update(value).digest('hex');
const bytesOf = (hexText: string | null) => hexText && Buffer.from(hexText.slice(2), 'hex');

async function readBack(columnar: Columnar, files: readonly WrittenFile[]) {
  await using session = await columnar.openSession();
  const rows: Record<string, unknown>[] = [];
  for (const { localPath } of files) {
    rows.push(
      ...(await session.rows(
        `SELECT * EXCLUDE (body, raw), md5(body) AS body, md5(raw) AS raw FROM read_parquet(${literal(localPath)})`,
      )),
    );
  }
  return rows;
}

async function openOut() {
  const outDir = await mkdtemp(path.join(tmpdir(), 'philotes-large-'));
  return { outDir, [Symbol.asyncDispose]: () => rm(outDir, { recursive: true, force: true }) };
}

/** The most that this process has held since the last reset, in MiB. */
async function peakMib(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

test('values of many megabytes reach mirror and changelog whole, in stream order, between small rows', async () => {
  await using columnar = await openTestColumnar();
  await using out = await openOut();
  const changes = [
    insert(0, 'small'),
    insert(1, text(3 * MIB)),
    insert(2, text(20 * MIB)),
    insert(3, null, hex(50 * MIB)),
    insert(4, text(9 * MIB), hex(9 * MIB)),
    ...Array.from({ length: 400 }, (_, i) => insert(5 + i, text(100_000))),
    insert(405, 'also small', '\\x00ff'),
  ];
  const expected = changes.map(({ ordinal, values: [, body = null, raw = null] }) => ({
    id: ordinal,
    body: digest(body),
    raw: digest(bytesOf(raw)),
  }));
  await using loaded = await loadChanges(columnar, { lake, blocks: blocksOf(changes) });
  expect(loaded.rejects).toEqual([]);
  const changelog = await writeChangelog(loaded, { epoch: 1, changelogFieldIds, outDir: out.outDir });
  const mirror = await writeMirror(await fold(loaded), { outDir: out.outDir });
  for (const files of [changelog, mirror]) {
    const rows = await readBack(columnar, files);
    const found = rows.map(({ id, body, raw }) => ({ id, body, raw })).sort((a, b) => Number(a.id) - Number(b.id));
    expect(found).toEqual(expected);
    expect(files.reduce((sum, { metrics }) => sum + Number(metrics.valueCounts.get(1)), 0)).toBe(changes.length);
    expect(files.every(({ metrics }) => metrics.lowerBounds.has(1) && metrics.upperBounds.has(1))).toBe(true);
  }
}, 240_000);

test('a batch of wide rows is written within the memory of the engine, sorted or not', async () => {
  await using columnar = await openTestColumnar();
  await using out = await openOut();
  for (const [rows, bytes] of [
    [60_000, 4_000],
    [2_500, 100_000],
  ] as const) {
    const body = text(bytes);
    async function* blocks() {
      const perBlock = Math.ceil((6 * MIB) / bytes);
      for (let at = 0; at < rows; at += perBlock) {
        const count = Math.min(perBlock, rows - at);
        const changes = Array.from({ length: count }, (_, i) => insert(at + i, `${at + i} ${body}`));
        yield { schema, bytes: testBlock(changes), rows: count };
      }
    }
    await writeFile('/proc/self/clear_refs', '5');
    await using loaded = await loadChanges(columnar, { lake, blocks: blocks() });
    const changelog = await writeChangelog(loaded, { epoch: 1, changelogFieldIds, outDir: out.outDir });
    const mirror = await writeMirror(await fold(loaded), { outDir: out.outDir });
    for (const files of [changelog, mirror]) expect(files.reduce((sum, file) => sum + file.rows, 0)).toBe(rows);
    // The engine's limit, what it may exceed it by, and the test runner with what earlier tests left in this process.
    expect(await peakMib()).toBeLessThan(1_250);
  }
}, 240_000);

test('an unchanged value of many megabytes is completed from the batch and from the lake, as is one of each of many wide rows', async () => {
  await using columnar = await openTestColumnar();
  await using out = await openOut();
  const large = { 1: text(30 * MIB), 2: text(12 * MIB) };
  const wide = (id: number) => `${id} ${'x'.repeat(120_000)}`;
  const before = [
    insert(1, large[1]),
    ...Array.from({ length: 600 }, (_, i) => insert(1000 + i, wide(1000 + i))),
    insert(3, 'small'),
  ].map((change, ordinal) => ({ ...change, ordinal }));
  await using first = await loadChanges(columnar, { lake, blocks: blocksOf(before) });
  const written = await writeMirror(await fold(first), { outDir: out.outDir, stem: 'before' });
  const files = written.map(({ localPath }) => ({ path: localPath, localPath }));

  const touch = (id: number, n: string, unchanged: readonly number[] = [1]) => ({
    op: 'u',
    ordinal: 0,
    unchanged,
    values: [String(id), null, null, n],
  });
  const after = [
    insert(2, large[2]),
    touch(2, '2'),
    touch(1, '3'),
    ...Array.from({ length: 600 }, (_, i) => touch(1000 + i, '4')),
    { op: 'u', ordinal: 0, values: ['1000', wide(-1), null, '5'] },
    ...Array.from({ length: 300 }, (_, i) => insert(2000 + i, wide(2000 + i))),
    touch(1000, '6'),
    touch(2299, '7'),
  ].map((change, ordinal) => ({ ...change, lsn: 200, ordinal }));
  await using loaded = await loadChanges(columnar, { lake, blocks: blocksOf(after) });
  const folded = await fold(loaded);
  const found = await findRows(folded, { files, deletes: [] });
  const lakeValues = await completeFromLake(folded, { found, files });
  const mirror = await writeMirror(folded, { lakeValues, outDir: out.outDir, stem: 'after' });
  expect([...loaded.rejects, ...folded.rejects, ...lakeValues.rejects]).toEqual([]);
  const rows = new Map((await readBack(columnar, mirror)).map(({ id, body, n }) => [Number(id), [body, Number(n)]]));
  expect(rows.get(1)).toEqual([digest(large[1]), 3]);
  expect(rows.get(2)).toEqual([digest(large[2]), 2]);
  expect(rows.get(1000)).toEqual([digest(wide(-1)), 6]);
  expect(rows.get(2299)).toEqual([digest(wide(2299)), 7]);
  for (let id = 1001; id < 1600; id++) expect(rows.get(id)).toEqual([digest(wide(id)), 4]);
  expect(rows.size).toBe(902);
}, 240_000);

test('a row beyond the limit is parked without its largest values, and a later change that leaves them unchanged is parked for the mirror', async () => {
  await using columnar = await openTestColumnar();
  const changes: TestChange[] = [
    insert(0, 'kept'),
    insert(1, text(40 * MIB), hex(30 * MIB)),
    { op: 'i', ordinal: 2, omitted: [1], values: ['2', null, null, '1.5'] },
    { op: 'u', ordinal: 3, unchanged: [1], values: ['2', null, null, '2.5'] },
    { op: 'd', ordinal: 4, omitted: [1], values: ['0', null, null, null] },
  ];
  await using loaded = await loadChanges(columnar, { lake, blocks: blocksOf(changes) });
  const folded = await fold(loaded);
  const shown = [...loaded.rejects, ...folded.rejects].map(({ ordinal, column, reason, mirrorOnly = false }) => ({
    ordinal: Number(ordinal),
    column,
    reason: reason.slice(0, 31),
    mirrorOnly,
  }));
  expect(shown).toEqual([
    { ordinal: 1, column: 'body', reason: 'the row is larger than 64 MB an', mirrorOnly: false },
    { ordinal: 2, column: 'body', reason: 'the row is larger than 64 MB an', mirrorOnly: false },
    { ordinal: 3, column: 'body', reason: 'the source did not send this un', mirrorOnly: true },
  ]);
  expect(loaded.rejects[0]?.payload.toString()).toBe('i,100,1,1600000000123456,7,2!;1!,"1",,,"1.5"\n');
  expect([...loaded.nulled]).toEqual([['body', 1]]);
}, 120_000);

test('a row that is parked for another value keeps its large ones in its dead letter', async () => {
  await using columnar = await openTestColumnar();
  const narrow = { ...lake, columns: lake.columns.map((c) => (c.name === 'n' ? { ...c, type: 'int' as const } : c)) };
  const body = text(10 * MIB);
  await using loaded = await loadChanges(columnar, { lake: narrow, blocks: blocksOf([insert(0, body)]) });
  const [reject] = loaded.rejects;
  expect(reject?.column).toBe('n');
  expect(reject?.payload.length).toBeGreaterThan(10 * MIB);
  expect(reject?.payload.toString()).toBe(testBlock([insert(0, body)]).toString());
}, 60_000);

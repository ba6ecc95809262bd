import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import { decodeSingleValue } from '@/server/domain/iceberg/single-value.ts';
import { fold } from './fold.ts';
import { loadChanges } from './load-changes.ts';
import { openTestColumnar, type TestColumn, testBlocks, testList, testTable } from './testing/tables.ts';
import { writeChangelog } from './write-changelog.ts';
import { writeMirror } from './write-mirror.ts';

const pad = (value: number, width = 2) => String(value).padStart(width, '0');
const day = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([y, m, d]) => `${pad(y, 4)}-${pad(m)}-${pad(d)}`);
const clock = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.constantFrom('', '.5', '.000001', '.999999', '.12'))
  .map(([h, m, s, fraction]) => `${pad(h)}:${pad(m)}:${pad(s)}${fraction}`);
const instant = fc.tuple(day, clock).map(([d, t]) => `${d} ${t}`);
const decimal = (precision: number, scale: number) =>
  fc.tuple(fc.boolean(), fc.stringMatching(new RegExp(`^[0-9]{${precision}}$`))).map(([negative, digits]) => {
    const whole = BigInt(digits.slice(0, precision - scale) || '0');
    const sign = negative && BigInt(digits) !== 0n ? '-' : '';
    return `${sign}${whole}${scale > 0 ? `.${digits.slice(precision - scale)}` : ''}`;
  });
const text = fc.string({ unit: 'binary', maxLength: 20 }).map((s) => s.replaceAll('\0', ''));
/** array_out: elements with special characters in quotes, backslash escapes inside. */
const arrayOf = (element: fc.Arbitrary<string>) =>
  fc.array(fc.option(element), { maxLength: 4 }).map((elements) => ({
    text: `{${elements
      .map((e) =>
        e === null ? 'NULL' : e === '' || /[{}",\\\s]|^null$/i.test(e) ? `"${e.replace(/["\\]/g, '\\$&')}"` : e,
      )
      .join(',')}}`,
    elements,
  }));
const micros = (t: string): bigint => {
  const [, y, mo, d, h, mi, s, f = ''] = /^(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(t) ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(y), Number(mo) - 1, Number(d));
  date.setUTCHours(Number(h), Number(mi), Number(s));
  return BigInt(date.getTime()) * 1000n + BigInt(f.padEnd(6, '0'));
};
const unscaled = (t: string) => BigInt(t.replace('.', ''));

type Case = TestColumn & { texts: fc.Arbitrary<{ text: string; expected: unknown }> };
const plain = <T>(texts: fc.Arbitrary<string>, expected: (text: string) => T) =>
  texts.map((t) => ({ text: t, expected: expected(t) }));
const list = <T>(element: fc.Arbitrary<string>, expected: (text: string) => T) =>
  arrayOf(element).map(({ text, elements }) => ({
    text,
    expected: elements.map((e) => (e === null ? null : expected(e))),
  }));
const hex = fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);
const bytesOf = (t: string) => t.slice(2);
const ints = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String);
const longs = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const doubles = fc.double().map((d) => (Object.is(d, -0) ? '-0' : String(d)));
const dec = (precision: number, scale: number, sourceScale = scale): Case => ({
  name: `dec${precision}_${scale}_${sourceScale}`,
  source: { kind: 'numeric', precision, scale: sourceScale },
  lake: `decimal(${precision}, ${scale})`,
  texts: plain(decimal(precision, scale), unscaled),
});
const cases: Case[] = [
  {
    name: 'bool',
    source: { kind: 'boolean' },
    lake: 'boolean',
    texts: plain(fc.constantFrom('t', 'f'), (t) => t === 't'),
  },
  { name: 'int', source: { kind: 'int4' }, lake: 'int', texts: plain(ints, Number) },
  { name: 'long', source: { kind: 'int8' }, lake: 'long', texts: plain(longs, BigInt) },
  { name: 'narrowed', source: { kind: 'int8' }, lake: 'int', texts: plain(ints, Number) },
  { name: 'double', source: { kind: 'float8' }, lake: 'double', texts: plain(doubles, Number) },
  {
    name: 'float',
    source: { kind: 'float4' },
    lake: 'float',
    texts: plain(fc.float().map(String), (t) => Math.fround(Number(t))),
  },
  dec(9, 2),
  dec(18, 4),
  dec(38, 10),
  // A source of greater scale is read value by value.
  dec(12, 2, 4),
  { name: 'uuid', source: { kind: 'uuid' }, lake: 'uuid', texts: plain(fc.uuid(), (t) => t) },
  {
    name: 'day',
    source: { kind: 'date' },
    lake: 'date',
    texts: plain(day, (t) => Number(micros(`${t} 00:00:00`) / 86_400_000_000n)),
  },
  { name: 'clock', source: { kind: 'time' }, lake: 'time', texts: plain(clock, (t) => micros(`1970-01-01 ${t}`)) },
  { name: 'at', source: { kind: 'timestamp' }, lake: 'timestamp', texts: plain(instant, micros) },
  {
    name: 'at_tz',
    source: { kind: 'timestamptz' },
    lake: 'timestamptz',
    texts: plain(instant, micros).map((c) => ({ ...c, text: `${c.text}+00` })),
  },
  { name: 'text', source: { kind: 'text' }, lake: 'string', texts: plain(text, (t) => t) },
  { name: 'bytes', source: { kind: 'bytea' }, lake: 'binary', texts: plain(hex, bytesOf) },
  {
    name: 'texts',
    source: { kind: 'array', element: { kind: 'text' } },
    lake: testList('string', 1017),
    texts: list(text, (t) => t),
  },
  {
    name: 'ints',
    source: { kind: 'array', element: { kind: 'int4' } },
    lake: testList('int', 1018),
    texts: list(ints, Number),
  },
  {
    name: 'days',
    source: { kind: 'array', element: { kind: 'timestamp' } },
    lake: testList('timestamp', 1019),
    texts: list(instant, micros),
  },
  {
    name: 'blobs',
    source: { kind: 'array', element: { kind: 'bytea' } },
    lake: testList('binary', 1020),
    texts: list(hex, bytesOf),
  },
];

/** Exact values: hyparquet's own decoders turn decimals into doubles and timestamps into milliseconds. */
async function readExactly(localPath: string): Promise<Record<string, unknown>[]> {
  const file = await readFile(localPath);
  const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
  const parsers = {
    timestampFromMicroseconds: (value: bigint) => value,
    dateFromDays: (days: number) => days,
    stringFromBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8'),
  };
  return parquetReadObjects({ file: buffer, compressors, utf8: false, parsers: parsers as never });
}

test('every type keeps its values from text to Parquet, read by another reader, with bounds around them', async () => {
  await using columnar = await openTestColumnar();
  const key: TestColumn = { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true };
  const row = fc.tuple(...cases.map(({ texts }) => fc.option(texts, { freq: 6 })));
  const { schema, lake } = testTable([key, ...cases]);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
      const changes = rows.map((values, ordinal) => ({
        op: 'i',
        ordinal,
        values: [String(ordinal), ...values.map((v) => v?.text ?? null)],
      }));
      await using loaded = await loadChanges(columnar, { lake, blocks: testBlocks(schema, changes) });
      expect(loaded.rejects).toEqual([]);
      const [file] = await writeMirror(await fold(loaded), { outDir: loaded.session.scratchDir });
      const read = await readExactly(file?.localPath ?? '');
      for (const [at, column] of cases.entries()) {
        const expected = rows.map((values) => values[at]?.expected ?? null);
        // Decimals are compared through DuckDB's text, as the reader has only doubles for them.
        if (column.name.startsWith('dec')) {
          const texts = await loaded.session.rows(
            `SELECT CAST("${column.name}" AS VARCHAR) AS v FROM read_parquet('${file?.localPath}') ORDER BY id`,
          );
          expect(texts.map(({ v }) => (v === null ? null : unscaled(String(v))))).toEqual(expected);
        } else {
          expect({ [column.name]: read.map((r) => comparable(r[column.name])) }).toEqual({
            [column.name]: expected.map(comparable),
          });
        }
        if (typeof column.lake !== 'string') continue;
        const lower = file?.metrics.lowerBounds.get(at + 2);
        const known = expected.filter((v) => v !== null && !Number.isNaN(v));
        expect(Number(file?.metrics.nullCounts.get(at + 2))).toBe(expected.filter((v) => v === null).length);
        if (lower && ['int', 'long', 'date', 'time', 'timestamp', 'timestamptz', 'double'].includes(column.lake)) {
          const [smallest] = (known as (number | bigint)[]).toSorted((a, b) => (a < b ? -1 : 1));
          expect(decodeSingleValue(column.lake as 'int', lower)).toEqual(
            smallest === 0 && column.lake === 'double' ? -0 : smallest,
          );
        }
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

const comparable = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(comparable);
  return Object.is(value, -0) ? 0 : (value ?? null);
};

test('a changelog names each change, its position, and what the source did not send', async () => {
  await using columnar = await openTestColumnar();
  const { schema, lake } = testTable([
    { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true },
    { name: 'body', source: { kind: 'text' }, lake: 'string' },
  ]);
  const fieldIds = {
    _philotes_op: 11,
    _philotes_epoch: 12,
    _philotes_commit_lsn: 13,
    _philotes_ordinal: 14,
    _philotes_commit_time: 15,
    _philotes_unchanged: 16,
  };
  const changes = [
    { op: 'D', ordinal: 0, values: ['1', null] },
    { op: 'U', ordinal: 1, unchanged: [1], values: ['2', null] },
    { op: 't', ordinal: 2, values: [null, null] },
  ];
  await using loaded = await loadChanges(columnar, { lake, blocks: testBlocks(schema, changes) });
  const [file] = await writeChangelog(loaded, {
    epoch: 4,
    changelogFieldIds: fieldIds,
    outDir: loaded.session.scratchDir,
  });
  const meta = { _philotes_epoch: 4, _philotes_commit_lsn: 100n, _philotes_commit_time: 1_600_000_000_123_456n };
  expect(await readExactly(file?.localPath ?? '')).toEqual([
    { ...meta, _philotes_op: 'd', _philotes_ordinal: 0n, _philotes_unchanged: null, id: 1, body: null },
    { ...meta, _philotes_op: 'u', _philotes_ordinal: 1n, _philotes_unchanged: 'body', id: 2, body: null },
    { ...meta, _philotes_op: 't', _philotes_ordinal: 2n, _philotes_unchanged: null, id: null, body: null },
  ]);
});

import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import { type CopyChunkOptions, writeCopyChunk } from './copy-chunk.ts';
import { csvRecords, fieldSpans, fieldText } from './csv-record.ts';
import { openTestColumnar, type TestColumn, testTable } from './testing/tables.ts';
import { nullsInPlainText, transcodeCopyText } from './transcode-copy-text.ts';

const value = fc.oneof(
  fc.constant(null),
  fc.string({
    unit: fc.constantFrom('a', '\\', 'N', '"', ',', '\t', '\n', '\r', '\b', '\f', '\v', 'é', '\ufeff', '0', 'x'),
    maxLength: 6,
  }),
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => text.replaceAll('\0', '')),
);
const rowsOf = (columns: number) =>
  fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 8 });

/** What PostgreSQL's CopyAttributeOutText sends (manual: COPY, Text Format). */
const copyText = (rows: readonly (readonly (string | null)[])[]): Buffer =>
  Buffer.from(
    rows
      .map(
        (row) =>
          `${row.map((text) => (text === null ? '\\N' : text.replace(/[\\\b\f\n\r\t\v]/g, escaped))).join('\t')}\n`,
      )
      .join(''),
  );
const ESCAPES: Record<string, string> = {
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
  '\\': '\\',
};
const escaped = (letter: string) => `\\${ESCAPES[letter]}`;

async function* chunked(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('transcoded COPY text reads back as the values that PostgreSQL escaped', () => {
  fc.assert(
    fc.property(rowsOf(3), (rows) => {
      const csv = transcodeCopyText(copyText(rows));
      const read = [...csvRecords(csv)].map(({ start, end }) =>
        fieldSpans(csv, start, end)
          .map((span) => fieldText(csv, span))
          .slice(1),
      );
      expect(read).toEqual(rows);
    }),
  );
});

test('octal and hex escapes are decoded, unknown ones stand for themselves', () => {
  expect(transcodeCopyText(Buffer.from('\\101\\x42\\q\\\\N\t\\N\n')).toString()).toBe('x,"ABq\\N",\n');
  expect(nullsInPlainText(Buffer.from('a\t\\N\n\\N\t\\N\n'))).toBe(3);
  expect(nullsInPlainText(Buffer.from('a\t\\\\N\n'))).toBe(null);
});

const position: CopyChunkOptions['position'] = {
  epoch: 3,
  lsn: 77n,
  ordinalStart: 1000n,
  timeUs: 1_600_000_000_123_456n,
};
const fieldIds = {
  _philotes_op: 101,
  _philotes_epoch: 102,
  _philotes_commit_lsn: 103,
  _philotes_ordinal: 104,
  _philotes_commit_time: 105,
  _philotes_unchanged: 106,
};

const readParquet = async (localPath: string) => {
  const file = await readFile(localPath);
  const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
  // Its own decoder drops a leading U+FEFF.
  const parsers = { stringFromBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8') };
  return parquetReadObjects({ file: buffer as ArrayBuffer, compressors, parsers });
};

test('texts come through a table copy unchanged, in the mirror and in the changelog, wherever the stream is cut', async () => {
  await using columnar = await openTestColumnar();
  for (const width of [1, 2]) {
    const names = ['a', 'b'].slice(0, width);
    const { schema, lake } = testTable(names.map((name) => ({ name, source: { kind: 'text' }, lake: 'string' })));
    await fc.assert(
      fc.asyncProperty(rowsOf(width), fc.integer({ min: 1, max: 40 }), fc.boolean(), async (rows, size, both) => {
        const bytes = chunked(copyText(rows), size);
        const changelog = both ? { fieldIds } : null;
        const written = await writeCopyChunk(columnar, {
          lake,
          schema,
          bytes,
          position,
          mirror: true,
          changelog,
          outDir: columnar.workDir,
        });
        const expected = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
        expect(written.rows).toBe(rows.length);
        expect((await Promise.all(written.mirror.map((file) => readParquet(file.localPath)))).flat()).toEqual(expected);
        const log = (await Promise.all(written.changelog.map((file) => readParquet(file.localPath)))).flat();
        expect(log.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])))).toEqual(
          both ? expected : [],
        );
        expect(log.map((row) => row._philotes_ordinal)).toEqual(log.map((_, at) => BigInt(1000 + at)));
      }),
      { numRuns: 20 },
    );
  }
}, 60_000);

test('a row that the lake cannot hold is rejected in the form of a row block, the rest of the chunk is written', async () => {
  await using columnar = await openTestColumnar();
  const { schema, lake } = testTable([
    { name: 'id', source: { kind: 'int4' }, lake: 'int', key: true },
    { name: 'day', source: { kind: 'date' }, lake: 'date' },
  ]);
  const lines = '1\t2020-01-01\n2\tinfinity\n3\t\\N\n4\t10000-01-01\n\\.\n';
  const bytes = chunked(Buffer.from(lines), 7);
  const written = await writeCopyChunk(columnar, {
    lake,
    schema,
    bytes,
    position,
    mirror: true,
    changelog: { fieldIds },
    outDir: columnar.workDir,
  });
  expect(written.rows).toBe(2);
  expect(
    written.rejects.map(({ payload, schema: _, ...reject }) => ({ ...reject, payload: payload.toString() })),
  ).toEqual([
    {
      lsn: 77n,
      ordinal: 1001n,
      op: 'r',
      column: 'day',
      reason: 'date has no infinite value',
      payload: 'r,77,1001,1600000000123456,,,"2","infinity"\n',
    },
    {
      lsn: 77n,
      ordinal: 1003n,
      op: 'r',
      column: 'day',
      reason: 'date in the lake ends with the year 9999',
      payload: 'r,77,1003,1600000000123456,,,"4","10000-01-01"\n',
    },
  ]);
});

const NOT_HELD: readonly [string, TestColumn['source'], TestColumn['lake'], string][] = [
  ['a year past 9999', { kind: 'date' }, 'date', '10000-01-01'],
  ['a year before our era', { kind: 'date' }, 'date', '0044-03-15 BC'],
  ['an infinite date', { kind: 'date' }, 'date', '-infinity'],
  ['an infinite time', { kind: 'timestamptz' }, 'timestamptz', 'infinity'],
  ['a time before our era', { kind: 'timestamptz' }, 'timestamptz', '0044-03-15 00:00:00+00 BC'],
  // The columnar engine reads it as NULL.
  ['the last year of all', { kind: 'timestamptz' }, 'timestamptz', '294276-12-31 23:59:59+00'],
  ['the end of the day', { kind: 'time' }, 'time', '24:00:00'],
  ['no number', { kind: 'numeric', precision: 12, scale: 2 }, 'decimal(12, 2)', 'NaN'],
];

for (const [what, source, lakeType, text] of NOT_HELD) {
  test(`${what} stops the straight way to Parquet, and only its row is left out`, async () => {
    await using columnar = await openTestColumnar();
    const { schema, lake } = testTable([
      { name: 'id', source: { kind: 'int4' }, lake: 'int' },
      { name: 'value', source, lake: lakeType },
    ]);
    const bytes = chunked(Buffer.from(`1\t\\N\n4\t${text}\n\\N\t\\N\n`), 7);
    const options = { lake, schema, bytes, position, mirror: true, changelog: null, outDir: columnar.workDir };
    const written = await writeCopyChunk(columnar, options);
    expect([written.rows, written.rejects.length, written.mirror.length]).toEqual([2, 1, 1]);
  });
}

test('a copy that ends in the middle of a line fails', async () => {
  await using columnar = await openTestColumnar();
  const { schema, lake } = testTable([{ name: 'id', source: { kind: 'int4' }, lake: 'int' }]);
  const bytes = chunked(Buffer.from('1\n2'), 2);
  const copy = writeCopyChunk(columnar, {
    lake,
    schema,
    bytes,
    position,
    mirror: true,
    changelog: null,
    outDir: columnar.workDir,
  });
  await expect(copy).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
});

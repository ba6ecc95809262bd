import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { readParquet } from './read-parquet.ts';

async function parquetFile(select: string, fieldIds: string): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'philotes-parquet-')), 'file.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`copy (${select}) to '${path}' (format parquet, compression zstd, field_ids {${fieldIds}})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

async function all(path: string, fieldIds: number[]): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const group of readParquet(path, fieldIds)) rows.push(...group);
  return rows;
}

test('no digit is lost, and columns are found by field id', async () => {
  const path = await parquetFile(
    `select * from (values
       (12345678901234567890123456789012345678::decimal(38,10), 0.07::decimal(18,2), 0.1::decimal(4,1),
        timestamp '2024-02-29 12:34:56.789012', time '23:59:59.999999', date '0001-01-01',
        '\\x00\\xFF'::blob, '00000000-0000-0000-0000-00000000000a'::uuid, chr(65279) || 'mark', 9223372036854775807::bigint),
       (null, null, null, null, null, null, null, null, null, null)) t(d38, d18, d4, ts, tm, dt, bin, id, txt, big)
     limit 2`.replace('12345678901234567890123456789012345678::', "'1234567890123456789012345678.9012345678'::"),
    'd38: 1, d18: 2, d4: 3, ts: 4, tm: 5, dt: 6, bin: 7, id: 8, txt: 9, big: 10',
  );
  const [[d38, d18, d4, ...rest] = [], nulls] = await all(path, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99]);
  expect(Buffer.from(d38 as Uint8Array).toString('hex')).toBe(
    12345678901234567890123456789012345678n.toString(16).padStart(32, '0'),
  );
  expect([Number(d18), Number(d4)]).toEqual([7, 1]);
  expect(rest).toEqual([
    1709210096789012n,
    86399999999n,
    -719162,
    new Uint8Array([0, 255]),
    '00000000-0000-0000-0000-00000000000a',
    '\ufeffmark',
    9223372036854775807n,
    null,
  ]);
  expect(nulls?.every((value) => value === null || value === undefined)).toBe(true);
});

test('a null list, an empty list and a list of nulls are three things', async () => {
  const path = await parquetFile(
    'select unnest([null, [], [null], [1, null, 2]]::integer[][]) as numbers',
    'numbers: {__duckdb_field_id: 1, element: 2}',
  );
  const values = (await all(path, [1])).map(([value]) => (value === undefined ? null : value));
  expect(JSON.parse(JSON.stringify(values))).toEqual([null, [], [null], [1, null, 2]]);
});

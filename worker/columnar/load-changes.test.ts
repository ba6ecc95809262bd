import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { LakeColumn, LakeTable } from '@/server/domain/lake-table.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { ScalarType, ValueType } from '@/server/domain/value-type.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { loadChanges } from './load-changes.ts';
import { openColumnar } from './open-columnar.ts';

const source = (name: string, attnum: number, type: ValueType, keyOrdinal: number | null = null) => ({
  attnum,
  name,
  typeName: 'x',
  typeOid: 1,
  typmod: -1,
  type,
  notNull: false,
  keyOrdinal,
});
const schema: TableSchema = {
  oid: 1,
  schema: 'public',
  table: 't',
  replicaIdentity: 'd',
  columns: [
    source('id', 1, { kind: 'int8' }, 0),
    source('day', 2, { kind: 'date' }),
    source('price', 3, { kind: 'numeric', precision: 10, scale: 2 }),
    source('tags', 4, { kind: 'array', element: { kind: 'text' } as ScalarType }),
    source('at', 5, { kind: 'timestamptz' }),
  ],
};
const column = (
  fieldId: number,
  name: string,
  type: LakeColumn['type'],
  attnum: number,
  policy: LakeColumn['policy'] = 'dead-letter',
): LakeColumn => ({
  fieldId,
  name,
  type,
  required: false,
  attnum,
  policy,
});
const lake: LakeTable = {
  columns: [
    column(1, 'id', 'long', 1),
    column(2, 'day', 'date', 2),
    column(3, 'price', 'decimal(10, 2)', 3, 'null'),
    column(4, 'tags', { type: 'list', 'element-id': 5, element: 'string', 'element-required': false }, 4),
    column(6, 'at', 'timestamptz', 5),
  ],
  keyFieldIds: [1],
};

test('rows that the lake cannot hold are rejected with their line, the others are loaded', async () => {
  await using columnar = await openColumnar({ workDir: await mkdtemp(path.join(tmpdir(), 'col-')), log: silentLog });
  const lines = [
    'i,10,0,1,5,,"1","2020-01-02","1.50","{a,""b,\\""c"",NULL}","2020-01-01 00:00:00+00"\n',
    'i,10,1,1,5,,"2","0044-03-15 BC","1.50","{}","2020-01-01 00:00:00+00"\n',
    'i,10,2,1,5,,"3","infinity",,,\n',
    'i,10,3,1,5,,"4",,"NaN",,\n',
    'i,10,4,1,5,,"5",,,"{{1,2},{3,4}}",\n',
    'i,10,5,1,5,,"6",,,"[0:1]={a,b}",\n',
    'd,10,6,1,5,,"7","infinity",,,\n',
    'i,10,7,1,5,,"8",,,,"294276-12-31 00:00:00+00"\n',
    'u,10,8,1,5,3;4,"8",,,,\n',
    't,10,9,1,5,,,,,,\n',
    'i,10,10,1,5,,"9","infinity","NaN","{{1},{2}}","infinity"\n',
  ];
  const blocks = async function* () {
    yield { schema, rows: lines.length, bytes: Buffer.from(lines.join('')) };
  };
  await using loaded = await loadChanges(columnar, { lake, blocks: blocks() });
  expect(loaded.rejects.map((r) => [Number(r.ordinal), r.column, r.reason])).toEqual([
    [1, 'day', 'date in the lake begins with the year 1'],
    [2, 'day', 'date has no infinite value'],
    [4, 'tags', 'an array of arrays cannot become a list'],
    [5, 'tags', 'an array with its own lower bound cannot become a list'],
    [7, 'at', 'timestamptz in the lake ends with the year 9999'],
    [
      10,
      'day',
      'date has no infinite value; column tags: an array of arrays cannot become a list; column at: timestamptz has no infinite value',
    ],
  ]);
  expect(loaded.rejects[0]?.payload.toString()).toBe(lines[1]);
  expect(Object.fromEntries(loaded.nulled)).toEqual({ price: 1, day: 1 });
  expect(await loaded.session.rows('select * exclude (time, xid, lsn) from changes where bad is null')).toMatchObject([
    {
      op: 'i',
      c0: '1',
      c1: '2020-01-02',
      c2: '1.50',
      c3: ['a', 'b,"c', null],
      c4: '2020-01-01 00:00:00+00',
      unchanged: null,
    },
    { op: 'i', c0: '4', c2: null },
    { op: 'd', c0: '7', c1: null },
    { op: 'u', unchanged: [3, 4] },
    { op: 't', c0: null },
  ]);
});

import { expect, test } from 'vitest';
import { readToldColumns, toldAttnums } from './told-columns.ts';

const content = (value: unknown) => Buffer.from(JSON.stringify(value));
const column = (name: string, typeOid = 23, typmod = -1) => ({ isKey: false, name, typeOid, typmod });

test('what a trigger told is read, and what only bears its name is left alone', () => {
  const told = {
    oid: 7,
    columns: [
      [1, 'id', 23, -1],
      [4, 'note', 1043, 24],
    ],
  };
  expect(readToldColumns(content(told))).toEqual({
    oid: 7,
    columns: [
      { attnum: 1, name: 'id', typeOid: 23, typmod: -1 },
      { attnum: 4, name: 'note', typeOid: 1043, typmod: 24 },
    ],
  });
  for (const odd of [null, 5, {}, { oid: 'x', columns: [] }, { oid: 7, columns: [[0, 'id', 23, -1]] }, { oid: 7 }]) {
    expect(readToldColumns(content(odd))).toBeNull();
  }
  expect(readToldColumns(Buffer.from('{"oid": 7'))).toBeNull();
});

test('announced columns have the numbers that were told of them; of another time, what was told says nothing', () => {
  const told = [
    { attnum: 1, name: 'id', typeOid: 23, typmod: -1 },
    { attnum: 3, name: 'kept_back', typeOid: 23, typmod: -1 },
    { attnum: 5, name: 'note', typeOid: 1043, typmod: 24 },
  ];
  expect(toldAttnums([column('id'), column('note', 1043, 24)], told)).toEqual([1, 5]);
  expect(toldAttnums([column('id'), column('note', 1043, 25)], told)).toBeNull();
  expect(toldAttnums([column('id'), column('renamed')], told)).toBeNull();
});

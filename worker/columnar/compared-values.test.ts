import { expect, test } from 'vitest';
import { comparedColumns, comparedValues } from './compared-values.ts';
import { openTestColumnar, testTable } from './testing/tables.ts';

const { lake } = testTable([
  { name: 'id', source: { kind: 'text' }, lake: 'string', key: true },
  { name: 'body', source: { kind: 'text' }, lake: 'string' },
  { name: 'raw', source: { kind: 'bytea' }, lake: 'binary' },
  { name: 'n', source: { kind: 'float8' }, lake: 'double' },
]);

const LONG = `'${'é'.repeat(200)}'`;
const BODIES = ['NULL', `''`, `'a'`, `'a,b'`, LONG, `${LONG} || 'x'`, `${LONG} || 'y'`, `chr(1) || sha256(${LONG})`];
const BYTES = ['NULL', `''::BLOB`, `'\\x00'::BLOB`, `'00'::BLOB`, `encode(${LONG})`, `encode(${LONG} || 'x')`];

test('values are compared as the same text exactly when they are the same, and keys as they are', async () => {
  await using columnar = await openTestColumnar();
  await using session = await columnar.openSession();
  await session.run('CREATE TEMP TABLE rows_in (c0 VARCHAR, c1 VARCHAR, c2 BLOB, c3 DOUBLE)');
  await session.run(`CREATE TEMP TABLE rows_out (${comparedColumns(lake).join(', ')})`);
  const values = [
    ...BODIES.map((body) => `(${LONG}, ${body}, NULL, 1)`),
    ...BYTES.map((raw) => `('k', NULL, ${raw}, 2)`),
  ];
  for (const row of [...values, ...values]) await session.run(`INSERT INTO rows_in VALUES ${row}`);
  await session.run(`INSERT INTO rows_out SELECT ${comparedValues(lake).join(', ')} FROM rows_in`);
  const found =
    await session.rows(`SELECT c3 AS kind, count(*) AS rows, count(DISTINCT c1) AS texts, count(DISTINCT c2) AS bytes,
      max(strlen(c1)) AS longest, max(strlen(c0)) AS key FROM rows_out GROUP BY c3 ORDER BY c3`);
  expect(
    found.map(({ rows, texts, bytes, longest, key }) => [rows, texts, bytes, longest, key].map((n) => n && Number(n))),
  ).toEqual([
    [2 * BODIES.length, BODIES.length - 1, 0, 65, 400],
    [2 * BYTES.length, 0, BYTES.length - 1, null, 1],
  ]);
});

test('lists are compared by their elements, whatever these hold', async () => {
  await using columnar = await openTestColumnar();
  await using session = await columnar.openSession();
  const list = (element: 'string' | 'binary' | 'double') => ({
    ...lake,
    columns: lake.columns.map((column, i) =>
      i === 1
        ? { ...column, type: { type: 'list', 'element-id': 9, element, 'element-required': false } as const }
        : column,
    ),
  });
  const distinct = async (element: 'string' | 'binary' | 'double', sqlType: string, values: readonly string[]) => {
    const name = session.newName('lists');
    const rows = values.map((value) => `(${value}::${sqlType}[])`).join(', ');
    const [, text] = comparedValues(list(element));
    await session.run(`CREATE TEMP TABLE ${name} AS SELECT ${text} FROM (VALUES ${rows}, ${rows}) v (c1)`);
    return session.numbers(
      `SELECT count(*) AS rows, count(DISTINCT c1) AS texts, max(strlen(c1)) AS longest FROM ${name}`,
    );
  };
  const texts = [
    `[]`,
    `['']`,
    `['', '']`,
    `['a', 'b']`,
    `['a,b']`,
    `['1:a']`,
    `[NULL]`,
    `['N']`,
    `['NULL']`,
    `[${LONG}]`,
    `[${LONG}, 'x']`,
  ];
  expect(await distinct('string', 'VARCHAR', texts)).toEqual({
    rows: 2 * texts.length,
    texts: texts.length,
    longest: 65,
  });
  const bytes = [`[]`, `['']`, `['\\x00']`, `['00']`, `['a', 'b']`, `['ab']`, `[NULL]`];
  expect(await distinct('binary', 'BLOB', bytes)).toMatchObject({ texts: bytes.length });
  const numbers = [`[]`, `[0]`, `['-0']`, `['NaN']`, `[1, 2]`, `[12]`, `[NULL]`, `[0.1]`, `range(1000)`, `range(1001)`];
  expect(await distinct('double', 'DOUBLE', numbers)).toMatchObject({ texts: numbers.length, longest: 65 });
});

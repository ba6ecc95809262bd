import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareChangelog, compareMirror } from '@/test/compare/compare-table.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readRows } from './read-rows.ts';
import { replicate, sides } from './replicate.ts';
import { CUSTOM_TYPES, VALUE_CASES, type ValueCase } from './value-cases.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

/** Row n of the copy and row n + STREAMED hold the same value. */
const STREAMED = 1000;
const tableOf = ({ name }: ValueCase): string => `c_${name}`;

const insertAll = (valueCase: ValueCase, from: number): string =>
  `insert into ${tableOf(valueCase)} ${valueCase.values
    .map((value, at) => `select ${from + at + 1}, (${value})::${valueCase.type}`)
    .concat(`select ${from + 999}, null`)
    .join(' union all ')}`;

test('every type reads the same from the copy and from the stream, and as the source has it (rows 51, 52, 53, 54, 55, 56)', async () => {
  const { source } = installation;
  await source.query(CUSTOM_TYPES);
  for (const valueCase of VALUE_CASES) {
    await source.query(`create table ${tableOf(valueCase)} (id int primary key, v ${valueCase.type})`);
  }
  for (const valueCase of VALUE_CASES) await source.query(insertAll(valueCase, 0));
  await using replication = await replicate(installation, {
    name: 'types',
    tables: VALUE_CASES.map((valueCase) => ({
      schema: 'public',
      table: tableOf(valueCase),
      mirror: true,
      changelog: true,
    })),
  });
  await replication.live();
  for (const valueCase of VALUE_CASES) await source.query(insertAll(valueCase, STREAMED));
  await replication.caughtUp();

  const { rows: parked } = await installation.database.pool.query(
    `select t.source_table, d.column_name, d.reason, d.op from dead_letter d join pipeline_table t on t.id = d.pipeline_table_id`,
  );
  expect(parked).toEqual([]);
  const wrong: unknown[] = [];
  for (const valueCase of VALUE_CASES) {
    const table = tableOf(valueCase);
    const place = sides(installation, { namespace: 'types', table });
    try {
      const mirror = await compareMirror(place);
      const changelog = await compareChangelog({ ...place, lakeTable: `${table}_changelog`, key: ['id'] });
      if (!mirror.equal || !changelog.equal) wrong.push({ mirror, changelog });
      for (const lakeTable of [table, `${table}_changelog`]) {
        const rows = await readRows({ ...place, lakeTable });
        const byId = new Map(rows.map((row) => [Number(row.id), row.v]));
        expect(byId.size).toBe(2 * valueCase.values.length + 2);
        for (const [id, value] of byId) {
          if (id < STREAMED && byId.get(id + STREAMED) !== value) wrong.push({ lakeTable, id });
        }
      }
    } catch (error) {
      wrong.push({ table, error: String(error) });
    }
  }
  expect(wrong).toEqual([]);
}, 300_000);

/** Two sets of values per key type, in an order that the copy's ranges must keep. */
const KEYS: readonly { name: string; type: string; values: readonly string[] }[] = [
  {
    name: 'text',
    type: 'text',
    values: ["''", "' '", "'a'", "'A'", "'ä'", "'a b'", "E'a\\nb'", "'\\N'", 'chr(65279)', "'\"'"],
  },
  { name: 'text_c', type: 'text collate "C"', values: ["''", "'a'", "'B'", "'ä'", 'chr(128512)', "'a,b'"] },
  { name: 'char', type: 'char(4)', values: ["''", "'a'", "'a b'", "'abcd'"] },
  { name: 'varchar', type: 'varchar(20)', values: ["''", "'x'", "'x '", "'24:00:00'"] },
  { name: 'numeric', type: 'numeric(12,3)', values: ['0', '-1.5', '999999999.999'] },
  { name: 'any_numeric', type: 'numeric', values: ['0.10', '1e30', '-1'] },
  {
    name: 'uuid',
    type: 'uuid',
    values: ["'00000000-0000-0000-0000-000000000001'", "'ffffffff-0000-0000-0000-000000000000'"],
  },
  { name: 'date', type: 'date', values: ["'0001-01-01'", "'9999-12-31'", "'2024-02-29'"] },
  { name: 'stamptz', type: 'timestamptz', values: ["'2024-01-01 00:00:00.000001+00'", "'0001-01-01 00:00:00+00'"] },
  { name: 'bytes', type: 'bytea', values: ["''", "'\\x00'", "'\\x0000'", "'\\xff'", "'\\x5c4e'"] },
  { name: 'bool', type: 'boolean', values: ['true', 'false'] },
  { name: 'enum', type: 'mood2', values: ["'z'", "'a'"] },
  { name: 'inet', type: 'inet', values: ["'10.0.0.1'", "'10.0.0.1/8'", "'::1'"] },
  { name: 'oid', type: 'oid', values: ['0', '4294967295'] },
  { name: 'time', type: 'time', values: ["'00:00'", "'23:59:59.999999'"] },
];

test('a row is found again by a key of any type, in the copy and in the stream', async () => {
  const { source } = installation;
  await source.query(`create type mood2 as enum ('z', 'a')`);
  for (const { name, type, values } of KEYS) {
    const rows = values.map((value, at) => `((${value})::${type.split(' ')[0]}, ${at})`).join(', ');
    await source.query(`create table k_${name} (k ${type} primary key, n int)`);
    await source.query(`insert into k_${name} values ${rows}`);
  }
  // Two columns, the second of which decides.
  await source.query(`create table k_two (n int, b text, a int, primary key (b, a))`);
  await source.query(`insert into k_two select i, 'x' || (i % 3), i from generate_series(1, 50) i`);
  const names = [...KEYS.map(({ name }) => name), 'two'];
  await using replication = await replicate(installation, {
    name: 'keys',
    tables: names.map((name) => ({ schema: 'public', table: `k_${name}`, mirror: true, changelog: true })),
  });
  await replication.live();
  for (const name of names) {
    const first = name === 'two' ? `b = 'x1'` : `k = (select k from k_${name} order by k limit 1)`;
    const isPlain = !['bool', 'two'].includes(name);
    await source.query(`update k_${name} set n = n + 100`);
    if (isPlain) await source.query(`create table saved_${name} as select k from k_${name} order by k limit 1`);
    await source.query(`delete from k_${name} where ${name === 'bool' ? 'not k' : first}`);
    if (isPlain) await source.query(`insert into k_${name} select k, -1 from saved_${name}`);
    await source.query(`update k_${name} set n = n + 1000`);
  }
  await source.query(`update k_two set a = a + 1000, b = upper(b) where n % 2 = 0`);
  await replication.caughtUp();
  for (const name of names) {
    const place = sides(installation, { namespace: 'keys', table: `k_${name}` });
    expect(await compareMirror(place)).toMatchObject({ missing: 0, extra: 0 });
    const key = name === 'two' ? ['b', 'a'] : ['k'];
    const changelog = await compareChangelog({ ...place, lakeTable: `k_${name}_changelog`, key });
    expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0 });
  }
}, 240_000);

test('tables of one column, of 1,200 columns and of 5 MB values arrive whole (row 58)', async () => {
  const { source } = installation;
  const wide = Array.from({ length: 1200 }, (_, at) => `c${at} ${['int', 'text', 'numeric(9,2)', 'date'][at % 4]}`);
  const values = Array.from({ length: 1200 }, (_, at) => ['i', `'t' || i`, 'i / 4.0', `date '2024-01-01' + i`][at % 4]);
  const fillWide = (from: number, to: number) =>
    `insert into s_wide select i, ${values.join(', ')} from generate_series(${from}, ${to}) i`;
  const fillLarge = (id: number) =>
    `insert into s_large values (${id}, (select string_agg(md5(i::text), E'\\n"') from generate_series(1, 150000) i),
      decode(repeat('00ff0a5c22', 1000000), 'hex')), (${id + 1}, '', '')`;
  await source.query(`create table s_wide (id int primary key, ${wide.join(', ')})`);
  await source.query(`create table s_large (id int primary key, t text, b bytea)`);
  await source.query(`create table s_one (v text primary key)`);
  await source.query(`create table s_keyless (v text)`);
  await source.query(`alter table s_keyless replica identity full`);
  await source.query(`create table s_empty (id int primary key, v text)`);
  await source.query(fillWide(1, 20));
  await source.query(fillLarge(1));
  const ones = `values (''), (' '), ('\\N'), (chr(65279)), (E'\\n'), ('"'), ('x')`;
  await source.query(`insert into s_one ${ones}`);
  await source.query(`insert into s_keyless ${ones}, (null)`);
  await using replication = await replicate(installation, {
    name: 'shapes',
    tables: [
      ...['wide', 'large', 'one', 'empty'].map((name) => ({
        schema: 'public',
        table: `s_${name}`,
        mirror: true,
        changelog: true,
      })),
      { schema: 'public', table: 's_keyless', mirror: false, changelog: true },
    ],
  });
  await replication.live();
  await source.query(fillWide(21, 40));
  await source.query(`update s_wide set c0 = -1 where id < 10`);
  await source.query(fillLarge(11));
  await source.query(`update s_large set id = id + 100 where id < 10`);
  await source.query(`insert into s_one select v || v || '2' from s_one`);
  await source.query(`insert into s_keyless ${ones}, (null)`);
  await source.query(`insert into s_empty values (1, null)`);
  await replication.caughtUp();
  for (const name of ['wide', 'large', 'one', 'empty']) {
    const place = sides(installation, { namespace: 'shapes', table: `s_${name}` });
    expect(await compareMirror(place)).toMatchObject({ missing: 0, extra: 0 });
    const key = [name === 'one' ? 'v' : 'id'];
    const changelog = await compareChangelog({ ...place, lakeTable: `s_${name}_changelog`, key });
    expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0 });
  }
  const keyless = sides(installation, { namespace: 'shapes', table: 's_keyless' });
  const rows = await readRows({ ...keyless, lakeTable: 's_keyless_changelog' });
  const texts = (op: string) =>
    rows
      .filter((row) => row._philotes_op === op)
      .map((row) => row.v ?? 'no value')
      .sort();
  expect(texts('i')).toHaveLength(8);
  expect(texts('r')).toEqual(texts('i'));
}, 240_000);

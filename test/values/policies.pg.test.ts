import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { parsePayload } from '@/server/dead-letters/parse-payload.ts';
import { pipelineStatus } from '@/server/pipelines/pipeline-status.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readRows } from './read-rows.ts';
import { replicate, sides } from './replicate.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

/** Column, type, a value that the lake holds, and some that its type there cannot. */
const CASES: readonly { name: string; type: string; good: string; bad: readonly string[] }[] = [
  { name: 'n', type: 'numeric(8,2)', good: '1.50', bad: ['NaN'] },
  {
    name: 'd',
    type: 'date',
    good: '2024-02-29',
    bad: ['infinity', '-infinity', '0044-03-15 BC', '10000-01-01', '294276-01-01'],
  },
  {
    name: 's',
    type: 'timestamp',
    good: '2024-02-29 01:02:03.5',
    bad: ['infinity', '0001-12-31 00:00:00 BC', '294276-12-31 23:59:59'],
  },
  {
    name: 'z',
    type: 'timestamptz',
    good: '2024-02-29 01:02:03+00',
    bad: ['-infinity', '4713-01-02 00:00:00+00 BC', '294276-12-31 23:59:59+00', '10000-01-01 00:00:00+00'],
  },
  { name: 't', type: 'time', good: '12:00:00', bad: ['24:00:00'] },
  { name: 'a', type: 'int[]', good: '{1,NULL}', bad: ['{{1,2},{3,4}}', '[5:6]={1,2}', '{{{1}}}'] },
  { name: 'b', type: 'text[]', good: '{x}', bad: ['{{"a,b",c}}', '[0:0]={y}'] },
  { name: 'l', type: 'date[]', good: '{2024-01-01}', bad: ['{infinity}', '{2024-01-01,"0044-03-15 BC"}'] },
  { name: 'm', type: 'numeric(6,2)[]', good: '{1.00}', bad: ['{NaN,1.00}'] },
];
const BAD = CASES.flatMap(({ name, bad }) => bad.map((value) => ({ name, value })));
const STREAMED = 1000;

const rowsFrom = (from: number): string => {
  const line = (id: number, odd: { name: string; value: string } | null) =>
    `(${id}, ${CASES.map(({ name, type, good }) => `'${odd?.name === name ? odd.value : good}'::${type}`).join(', ')})`;
  // Good rows between the bad, so that a wrong position would be seen.
  return [
    line(from, null),
    ...BAD.flatMap((odd, at) => [line(from + 2 * at + 1, odd), line(from + 2 * at + 2, null)]),
  ].join(', ');
};

test('each policy does the same to the copy and to the stream, and a row is in the lake or parked, never both (rows 51, 52, 54, 69)', async () => {
  const { source, database, control } = installation;
  const policies = ['dead-letter', 'string', 'null'] as const;
  const tables = policies.map((policy) => ({ policy, table: `p_${policy.replace('-', '_')}` }));
  for (const { table } of tables) {
    await source.query(
      `create table ${table} (id int primary key, ${CASES.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
    );
    await source.query(`insert into ${table} values ${rowsFrom(0)}`);
  }
  await using replication = await replicate(installation, {
    name: 'policies',
    tables: tables.map(({ policy, table }) => ({
      schema: 'public',
      table,
      mirror: true,
      changelog: true,
      policies: Object.fromEntries(CASES.map(({ name }) => [name, policy])),
    })),
  });
  await replication.live();
  for (const { table } of tables) await source.query(`insert into ${table} values ${rowsFrom(STREAMED)}`);
  await replication.caughtUp();

  const all = BAD.length * 2 + 1;
  const lake = async (table: string, lakeTable = table) =>
    readRows({ ...sides(installation, { namespace: 'policies', table }), lakeTable });
  for (const lakeTable of ['p_string', 'p_string_changelog']) {
    const rows = await lake('p_string', lakeTable);
    expect(rows).toHaveLength(2 * all);
    const byId = new Map(rows.map((row) => [Number(row.id), row]));
    for (const [at, { name, value }] of BAD.entries()) {
      for (const from of [0, STREAMED]) expect(byId.get(from + 2 * at + 1)?.[name]).toBe(value);
    }
  }
  for (const lakeTable of ['p_null', 'p_null_changelog']) {
    const rows = await lake('p_null', lakeTable);
    expect(rows).toHaveLength(2 * all);
    const nulls = rows.flatMap((row) =>
      CASES.filter(({ name }) => row[name] === null).map(({ name }) => `${row.id} ${name}`),
    );
    const expected = BAD.flatMap(({ name }, at) => [0, STREAMED].map((from) => `${from + 2 * at + 1} ${name}`));
    expect(nulls.sort()).toEqual(expected.sort());
  }
  const status = await pipelineStatus(control, SYSTEM_ACTOR, { id: replication.id });
  const counted = Object.fromEntries(status.tableList.map(({ lakeName, nulledValues }) => [lakeName, nulledValues]));
  const twice = Object.fromEntries(CASES.map(({ name, bad }) => [name, 2 * bad.length]));
  expect(counted).toEqual({ p_dead_letter: {}, p_string: {}, p_null: twice });

  const { rows: letters } = await database.pool.query<{
    op: string;
    column_name: string;
    reason: string;
    payload: Buffer;
    row_key: string[];
  }>(`select d.op, d.column_name, d.reason, d.payload, d.row_key from dead_letter d
        join pipeline_table t on t.id = d.pipeline_table_id where t.source_table = 'p_dead_letter' and d.state = 'open'`);
  expect(letters).toHaveLength(2 * BAD.length);
  for (const letter of letters) {
    const id = Number(letter.row_key[0]);
    const odd = BAD[((id % STREAMED) - 1) / 2];
    const [key, ...values] = parsePayload(letter.payload);
    expect([key, letter.op]).toEqual([String(id), id < STREAMED ? 'r' : 'i']);
    expect(letter.column_name).toBe(odd?.name);
    expect(values[CASES.findIndex(({ name }) => name === odd?.name)]).toBe(odd?.value);
  }
  const parked = new Set(letters.map(({ row_key }) => row_key[0]));
  for (const lakeTable of ['p_dead_letter', 'p_dead_letter_changelog']) {
    const rows = await lake('p_dead_letter', lakeTable);
    expect(rows.filter((row) => parked.has(row.id ?? ''))).toEqual([]);
    expect(rows).toHaveLength(2 * all - letters.length);
  }
}, 240_000);

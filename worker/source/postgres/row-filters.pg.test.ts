import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { type DiscoveredTable, discoverTables } from '@/server/postgres/discover.ts';
import { filterSql } from '@/server/postgres/filter-sql.ts';
import { fitRowFilter, isMisfit } from '@/server/postgres/fit-row-filter.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { fetchRows } from './fetch-rows.ts';
import { ensurePublication, releaseUnfit } from './publication.ts';
import { readPublishedFilters } from './published-filters.ts';

async function openFiltering(db: TestDatabase) {
  const session = await openSourceSession(
    { ...db.connection, tls: { mode: 'disable' } },
    { applicationName: 'filter test' },
  );
  const { client } = session;
  const find = async (name: string): Promise<DiscoveredTable> => {
    const found = (await discoverTables(client)).find(({ schema }) => schema.table === name);
    if (!found) throw new Error(`no table ${name}`);
    return found;
  };
  const fit = async (name: string, filter: RowFilter) => fitRowFilter(client, { table: await find(name), filter });
  const bind = async (name: string, filter: RowFilter) => {
    const fitted = await fit(name, filter);
    if (isMisfit(fitted)) throw new Error(fitted.reason);
    return fitted;
  };
  return {
    client,
    find,
    fit,
    bind,
    publish: async (filters: readonly Awaited<ReturnType<typeof bind>>[]) =>
      ensurePublication(client, {
        publication: 'p',
        tables: filters.map(({ oid }) => oid),
        filters: new Map(filters.map((filter) => [filter.oid, filter])),
      }),
    published: async () =>
      db.query<{ table: string; rows: string | null }>(
        'select tablename as table, rowfilter as rows from pg_publication_tables order by 1',
      ),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

const is = (column: string, value: string): RowFilter => [{ column, operator: '=', value }];

test('values are taken as the type of their column takes them, and refused with the reason where it does not', async () => {
  await using db = await openTestDatabase();
  await db.query(`create type mood as enum ('glad', 'sad'); create domain short as text;
    create table t (id int primary key, b boolean, n numeric(10,2), c char(4), v varchar(3), at timestamptz, day date, u uuid,
      raw bytea, mood mood, short short, doc jsonb, twice int generated always as (id * 2) stored);
    alter table t replica identity full`);
  await using filtering = await openFiltering(db);
  const value = async (column: string, text: string) => {
    const fitted = await filtering.fit('t', is(column, text));
    return isMisfit(fitted) ? fitted.reason : fitted.conditions[0]?.value;
  };
  expect(await value('id', ' 7 ')).toBe('7');
  expect(await value('b', 'yes')).toBe('true');
  expect(await value('n', '1.999')).toBe('1.999');
  expect(await value('v', 'longer')).toBe('longer');
  expect(await value('c', 'longer')).toBe('longer');
  expect(await value('at', '2024-05-01 12:00 Europe/Berlin')).toBe('2024-05-01 10:00:00+00');
  expect(await value('day', 'infinity')).toBe('infinity');
  expect(await value('raw', '\\x00ff')).toBe('\\x00ff');
  expect(await value('u', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')).toBe('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
  for (const [column, text] of [
    ['id', 'seven'],
    ['id', '99999999999'],
    ['b', 'maybe'],
    ['at', '2024-13-01'],
    ['u', 'x'],
  ] as const) {
    expect(await value(column, text)).toContain(`"${column} = ${text}": the value is none of type`);
  }
  for (const column of ['mood', 'short', 'doc']) expect(await value(column, 'x')).toContain('cannot compare values');
  expect(await value('twice', '4')).toContain('generated column');
  expect(await value('T', '4')).toContain('no column T');
  expect(await value('at', 'now')).toContain('change with time');
});

test('whatever is written in a filter, it is compared and never carried out', async () => {
  await using db = await openTestDatabase();
  await using filtering = await openFiltering(db);
  const hostile = [
    `'); drop table keep; --`,
    `\\'); drop table keep; --`,
    `x' or 'a' = 'a`,
    '$$',
    '$1',
    `"`,
    `''`,
    '%s',
    '😀',
  ];
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((one) => !/\0|\p{Cs}/u.test(one));
  const names = [...new Set([...hostile, ...fc.sample(text, 20)])].filter((name) => Buffer.byteLength(name) <= 63);
  await db.query('create table keep (id int primary key)');
  for (const [at, name] of names.entries()) {
    const table = { schema: 'public', table: `t${at}` };
    await db.query(`create table ${qualifiedName(table)} (id int primary key);
      alter table ${qualifiedName(table)} add column ${qualifiedName({ schema: 's', table: name }).slice(4)} text;
      alter table ${qualifiedName(table)} replica identity full`);
    const value = names[(at + 1) % names.length] ?? '';
    const column = qualifiedName({ schema: 's', table: name }).slice(4);
    await db.query(`insert into ${qualifiedName(table)} (id, ${column}) values (1, $1), (2, 'other'), (3, null)`, [
      value,
    ]);
    const bound = await filtering.bind(table.table, is(name, value));
    expect(await filtering.publish([bound])).toMatchObject({ unfit: [] });
    const [shown] = await filtering.published();
    const kept = await db.query(`select id from ${qualifiedName(table)} where ${shown?.rows}`);
    expect({ name, value, kept }).toEqual({ name, value, kept: [{ id: 1 }] });
    expect(await db.query(`select id from ${qualifiedName(table)} where ${filterSql(is(name, value))}`)).toEqual(kept);
  }
  expect(await db.query('select 1 from keep')).toEqual([]);
});

test('a filter never makes updates of the source fail, whatever the identity has become meanwhile', async () => {
  await using db = await openTestDatabase();
  await db.query(`create table a (id int primary key, status text); alter table a replica identity full;
    create table b (id int primary key, status text); alter table b replica identity full;
    create table part (day date, id int, primary key (day, id)) partition by range (day);
    create table part_1 partition of part for values from ('2024-01-01') to ('2025-01-01');
    insert into a values (1, 'x'); insert into b values (1, 'x'); insert into part values ('2024-01-01', 1)`);
  await using filtering = await openFiltering(db);
  const [a, b] = [await filtering.bind('a', is('status', 'x')), await filtering.bind('b', is('status', 'x'))];
  const part = await filtering.bind('part', is('day', '2024-01-01'));
  // Between the look at the catalog and the publication.
  await db.query(`alter table a replica identity default; alter table part_1 replica identity nothing`);
  expect(await filtering.publish([a, b, part])).toMatchObject({
    unfit: [
      { oid: a.oid, reason: expect.stringContaining('status, a column of its filter, is not part') },
      { oid: part.oid, reason: expect.stringContaining('public.part_1') },
    ],
  });
  expect((await filtering.published()).map(({ table }) => table)).toEqual(['b']);
  await db.query(`update a set status = 'y'; delete from part; update b set status = 'y'`);

  await db.query('alter table b replica identity default');
  await expect(db.query(`update b set status = 'x'`)).rejects.toThrow('cannot update table');
  const told: number[] = [];
  const onUnfit = async (tables: readonly { oid: number }[]) => void told.push(...tables.map(({ oid }) => oid));
  await releaseUnfit(filtering.client, { publication: 'p', onUnfit });
  await db.query(`update b set status = 'x'`);
  await releaseUnfit(filtering.client, { publication: 'p', onUnfit });
  expect(told).toEqual([b.oid]);
});

test('a published filter is known again after its columns were renamed, and is changed or taken away in place', async () => {
  await using db = await openTestDatabase();
  await db.query(`create table t (id int primary key, status text); alter table t replica identity full`);
  await using filtering = await openFiltering(db);
  const bound = await filtering.bind('t', is('status', 'x'));
  await filtering.publish([bound]);
  const published = (await readPublishedFilters(filtering.client, 'p')).get(bound.oid) ?? null;
  await db.query('alter table t rename column status to state');
  const versions = async () => db.query('select xmin::text from pg_publication_rel');
  const before = await versions();
  await filtering.publish([{ ...bound, published }]);
  expect(await versions()).toEqual(before);
  await filtering.publish([await filtering.bind('t', is('state', 'y'))]);
  expect(await filtering.published()).toEqual([{ table: 't', rows: `(state = 'y'::text)` }]);
  await ensurePublication(filtering.client, { publication: 'p', tables: [bound.oid] });
  expect(await filtering.published()).toEqual([{ table: 't', rows: null }]);
});

test('rows outside the filter count as rows that the table does not have', async () => {
  await using db = await openTestDatabase();
  await db.query(`create table t (id int primary key, status text);
    insert into t values (1, 'active'), (2, 'gone'), (3, null)`);
  await using filtering = await openFiltering(db);
  const { rows } = await fetchRows(filtering.client, {
    table: await filtering.find('t'),
    where: is('status', 'active'),
    keys: [['1'], ['2'], ['3'], ['4']],
    rowBytesMax: 1_000,
    maskSalt: null,
  });
  expect(rows).toEqual([['1', 'active']]);
});

import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import type { ColumnRules } from '@/server/domain/column-rules.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { CUSTOM_TYPES, VALUE_CASES } from '@/test/values/value-cases.ts';
import { openRuled } from '@/worker/testing/open-ruled.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';

type Rules = Partial<ColumnRules>;

test('copied and streamed values of every built-in type are masked alike, and as their text says (row 55)', async () => {
  await using installation = await openTestInstallation();
  const { source } = installation;
  await source.query(CUSTOM_TYPES);
  // One of the cases names it.
  await source.query('create table c_text (id int)');
  const masks = ['hash', 'redact', { truncate: 3 }] as const;
  const names = VALUE_CASES.flatMap(({ name }) => masks.map((_, at) => `${name}_${at}`));
  const half = Math.ceil(VALUE_CASES.length / 8);
  const tables: Record<string, Rules> = {};
  for (let part = 0; part * half < VALUE_CASES.length; part++) {
    const cases = VALUE_CASES.slice(part * half, (part + 1) * half);
    const columns = cases.flatMap(({ name, type }) => masks.map((_, at) => `"${name}_${at}" ${type}`));
    await source.query(`create table t${part} (id int primary key, ${columns.join(', ')})`);
    tables[`t${part}`] = {
      columns: Object.fromEntries(cases.flatMap(({ name }) => masks.map((mask, at) => [`${name}_${at}`, mask]))),
    };
  }
  const insert = async (offset: number) => {
    for (let part = 0; part * half < VALUE_CASES.length; part++) {
      const cases = VALUE_CASES.slice(part * half, (part + 1) * half);
      const most = Math.max(...cases.map(({ values }) => values.length));
      for (let row = 0; row <= most; row++) {
        const values = cases.flatMap(({ values: all }) => masks.map(() => all[row] ?? 'null'));
        await source.query(`insert into t${part} values (${offset + row}, ${values.join(', ')})`);
      }
    }
  };
  await insert(0);
  await using ruled = await openRuled(installation, tables);
  await ruled.work.until(ruled.isLive, { what: 'all are live' });
  await insert(10_000);
  await ruled.caughtUp();
  const { rows: letters } = await installation.database.pool.query('select 1 from dead_letter');
  expect(letters).toEqual([]);
  let compared = 0;
  for (const table of Object.keys(tables)) {
    const rows = await ruled.lake(table);
    const columns = names.filter((name) => Object.hasOwn(tables[table]?.columns ?? {}, name));
    const texts = new Map(
      (
        await source.query<Record<string, string | null>>(
          `select id::text as id, ${columns.map((name) => `case when "${name}" is distinct from null then format('%s', "${name}") end as "${name}"`).join(', ')} from ${table}`,
        )
      ).map((row) => [row.id, row]),
    );
    const copied = rows.filter(({ id }) => Number(id) < 10_000);
    const streamed = rows.filter(({ id }) => Number(id) >= 10_000);
    expect(copied.length).toBeGreaterThan(0);
    expect(streamed.map((row) => ({ ...row, id: 0 }))).toEqual(copied.map((row) => ({ ...row, id: 0 })));
    for (const row of copied) {
      for (const name of columns) {
        const text = texts.get(String(row.id))?.[name] ?? null;
        // Their text depends on the session's search path.
        if (name.startsWith('reg')) continue;
        const mask = masks[Number(name.at(-1))];
        const hashed = text === null ? null : createHmac('sha256', ruled.salt).update(text).digest('hex');
        const expected =
          text === null ? null : mask === 'hash' ? hashed : mask === 'redact' ? '***' : [...text].slice(0, 3).join('');
        expect({ name, value: row[name] }).toEqual({ name, value: expected });
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(500);
}, 240_000);

test('what is hidden never leaves the source: not by updates of long values, identities, renames or dead letters (rows 31, 34, 39, 40)', async () => {
  await using installation = await openTestInstallation();
  const { source, database } = installation;
  await source.query(`create table person (id int primary key, ssn text, notes text, name text, born date, extra text);
    alter table person alter ssn set storage external, alter notes set storage external;
    create table event (at int, secret text, kind text); alter table event replica identity full`);
  const long = (word: string) => `repeat('${word}', 700)`;
  await source.query(
    `insert into person values (1, ${long('ssnsecret')}, ${long('notesecret')}, 'Ada Lovelace', '1815-12-10', 'x')`,
  );
  await source.query(`insert into event values (1, 'eventsecret', 'a')`);
  await using ruled = await openRuled(installation, {
    person: { columns: { ssn: 'hash', notes: 'exclude', name: { truncate: 3 } }, changelog: true },
    event: { columns: { secret: 'redact' }, mirror: false, changelog: true },
  });
  await ruled.work.until(ruled.isLive, { what: 'both are live' });
  const hash = (text: string) => createHmac('sha256', ruled.salt).update(text).digest('hex');
  expect(await ruled.lake('person')).toEqual([
    expect.objectContaining({ id: 1, ssn: hash('ssnsecret'.repeat(700)), name: 'Ada', extra: 'x' }),
  ]);
  // Neither long value is sent with this update; the mirror takes the masked one from its own row.
  await source.query(`update person set extra = 'y'; insert into person values (2, null, null, null, 'infinity', 'z');
    update person set ssn = 'ssnsecret2' where id = 2; update event set kind = 'b'; delete from event`);
  await source.query('alter table person rename column ssn to social');
  await source.query(`insert into person values (3, 'ssnsecret3', 'notesecret3', 'Grace', '1906-12-09', 'w')`);
  await source.query(`alter table person drop column notes; alter table person add column notes text`);
  await source.query(`insert into person (id, social, notes) values (4, 'ssnsecret4', 'notesecret4')`);
  await ruled.caughtUp();
  const rows = await ruled.lake('person');
  expect(rows.map((row) => [row.id, row.social, row.name, row.extra])).toEqual([
    [1, hash('ssnsecret'.repeat(700)), 'Ada', 'y'],
    [3, hash('ssnsecret3'), 'Gra', 'w'],
    [4, hash('ssnsecret4'), null, null],
  ]);
  expect(Object.keys(rows[0] ?? {})).not.toContain('notes');
  const letters = await database.pool.query<{ payload: Buffer }>('select payload from dead_letter');
  expect(letters.rows.length).toBeGreaterThan(0);
  for (const { payload } of letters.rows) expect(payload.toString()).not.toMatch(/secret/);
  expect(letters.rows.some(({ payload }) => payload.toString().includes(hash('ssnsecret2')))).toBe(true);
  const events = await ruled.lake('event_changelog');
  expect(events.map((row) => `${row._philotes_op} ${row.secret}`).sort()).toEqual(['d ***', 'r ***', 'u ***']);
  expect(await ruled.leaks('ssnsecret')).toEqual([]);
  expect(await ruled.leaks('notesecret')).toEqual([]);
  expect(await ruled.leaks('eventsecret')).toEqual([]);
  expect(await ruled.leaks(ruled.salt.toString('hex'))).toEqual([]);
});

test('rules that change on a running table take hold of all of it by a copy, and rules that cannot be are refused', async () => {
  await using installation = await openTestInstallation();
  const { source, control } = installation;
  await source.query('create table person (id int primary key, age int, mail text)');
  await source.query(`insert into person select i, i, 'm' || i from generate_series(1, 50) i`);
  await using ruled = await openRuled(installation, { person: { changelog: true } });
  const { work, tables } = ruled;
  await work.until(ruled.isLive, { what: 'it is live' });
  const key = await tables.key('person');
  await expect(setTable(control, SYSTEM_ACTOR, { ...key, columns: { id: 'hash' } })).rejects.toMatchObject({
    code: 'PREFLIGHT_REFUSED',
  });
  await expect(setTable(control, SYSTEM_ACTOR, { ...key, columns: { none: 'hash' } })).rejects.toMatchObject({
    code: 'PREFLIGHT_REFUSED',
    message: expect.stringMatching(/no column none any more.* A rule goes away when .*--all-columns takes all away/),
  });
  const isCopied = (generation: number) => async () =>
    (await tables.row('person'))?.generation === generation && (await ruled.isLive());
  let next = 100;
  const write = () => source.query(`insert into person values (${next++}, ${next}, 'm')`);
  const changed = await setTable(control, SYSTEM_ACTOR, { ...key, columns: { age: 'redact', mail: 'exclude' } });
  expect(changed).toMatchObject({ resync: true });
  await work.until(
    async () => {
      await write();
      return isCopied(2)();
    },
    { what: 'it is copied under its rules' },
  );
  await write();
  await ruled.caughtUp();
  const [{ count } = { count: 0 }] = await source.query<{ count: number }>('select count(*)::int as count from person');
  const rows = await ruled.lake('person');
  expect(rows.length).toBe(count);
  expect(new Set(rows.map((row) => JSON.stringify({ ...row, id: 0 })))).toEqual(
    new Set([JSON.stringify({ id: 0, age: '***' })]),
  );
  const history = await ruled.lake('person_changelog');
  expect(history.every((row) => row.age === null || row.age === '***')).toBe(true);
  expect(history.every((row) => !('mail' in row))).toBe(true);

  expect(await setTable(control, SYSTEM_ACTOR, { ...key, columns: {}, otherColumns: 'carry' })).toMatchObject({
    resync: true,
  });
  await work.until(isCopied(3), { what: 'it is copied without rules' });
  await write();
  await ruled.caughtUp();
  const plain = await ruled.lake('person');
  expect(plain.slice(0, 2)).toEqual([
    expect.objectContaining({ id: 1, age: 1, mail: 'm1' }),
    expect.objectContaining({ id: 2, age: 2, mail: 'm2' }),
  ]);

  await setTable(control, SYSTEM_ACTOR, { ...key, columns: { age: 'carry' }, otherColumns: 'exclude' });
  await work.until(isCopied(4), { what: 'it is copied with chosen columns' });
  await source.query('alter table person add column later text');
  await source.query(`insert into person values (999, 9, 'm', 'latersecret')`);
  await ruled.caughtUp();
  expect((await ruled.lake('person')).at(-1)).toEqual({ id: 999, age: 9 });
  expect(await ruled.leaks('latersecret')).toEqual([]);
});

test('a masked value that is too large is parked as any other, its text nowhere, and an excluded one is not missed (row 58)', async () => {
  await using installation = await openTestInstallation();
  const { source, database } = installation;
  await source.query('create table file (id int primary key, a text, b text, c text, d text)');
  const large = `repeat('largesecret', 13200000)`;
  const insertAll = async (from: number) => {
    await source.query(`insert into file values (${from}, 'small', 'small', 'small', ${large})`);
    await source.query(`insert into file values (${from + 1}, ${large}, 'small', 'small', 'small')`);
    await source.query(`insert into file values (${from + 2}, 'small', ${large}, ${large}, 'small')`);
    await source.query(
      `insert into file values (${from + 3}, repeat('midsecret', 1000000), 'small', 'small', 'small')`,
    );
  };
  await insertAll(1);
  await using ruled = await openRuled(installation, {
    file: { columns: { a: 'hash', b: 'redact', c: { truncate: 3 }, d: 'exclude' } },
  });
  await ruled.work.until(ruled.isLive, { what: 'it is live', withinMs: 120_000 });
  await insertAll(11);
  await ruled.caughtUp();
  const hash = (text: string) => createHmac('sha256', ruled.salt).update(text).digest('hex');
  const shown = (id: number, a = 'small') => ({ id, a: hash(a), b: '***', c: 'sma' });
  const mid = 'midsecret'.repeat(1_000_000);
  expect(await ruled.lake('file')).toEqual([shown(1), shown(4, mid), shown(11), shown(14, mid)]);
  const { rows } = await database.pool.query(
    `select op, row_key, column_name, left(reason, 28) as reason, octet_length(payload) < 1000 as is_short from dead_letter order by id`,
  );
  const letter = (op: string, id: string, column: string) => ({
    op,
    row_key: [id],
    column_name: column,
    reason: 'the row is larger than 64 MB',
    is_short: true,
  });
  expect(rows).toEqual([letter('r', '2', 'a'), letter('r', '3', 'b'), letter('i', '12', 'a'), letter('i', '13', 'b')]);
  for (const secret of ['largesecret', 'midsecret']) expect(await ruled.leaks(secret)).toEqual([]);
  await source.query(`update file set a = 'small', b = 'small', c = 'small' where id in (2, 3, 12, 13)`);
  await ruled.caughtUp();
  expect(await ruled.lake('file')).toEqual(
    [1, 2, 3, 4, 11, 12, 13, 14].map((id) => shown(id, id % 10 === 4 ? mid : 'small')),
  );
}, 240_000);

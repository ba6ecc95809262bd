import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { openSourceSession } from './connect.ts';
import { discoverTables } from './discover.ts';
import { qualifiedName } from './quote.ts';

const HOSTILE = [
  '"; DROP TABLE keep; --',
  'a"b',
  'a\\"b',
  "a'b",
  '$$',
  '$1',
  'a.b',
  'a\nb',
  'a\tb',
  '"',
  '""',
  ' ',
  'SELECT',
  '😀',
  'x\u202eb',
  '<img src=x onerror=alert(1)>',
  '%s%n',
  '../../etc/passwd',
];

it('names exactly the table that is meant, whatever its name is', async () => {
  await using test = await openTestDatabase();
  await test.query('create table keep (id int primary key)');
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => !/\0|\p{Cs}/u.test(text));
  const random = fc.sample(name, 60).filter((text) => Buffer.byteLength(text) <= 63);
  const names = [...new Set([...HOSTILE, ...random])];
  for (const table of names)
    await test.query(`create table ${qualifiedName({ schema: 'public', table })} (id int primary key)`);
  const rows = await test.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  expect(rows.map((row) => row.name).sort()).toEqual([...names, 'keep'].sort());
  const connection = { ...test.connection, tls: { mode: 'disable' } as const };
  await using session = await openSourceSession(connection, { applicationName: 'test' });
  const found = await discoverTables(session.client);
  expect(found.map(({ schema }) => schema.table).sort()).toEqual([...names, 'keep'].sort());
});

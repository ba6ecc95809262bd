import { expect, test } from 'vitest';
import { INSTALL_COLUMN_MESSAGES, REMOVE_COLUMN_MESSAGES } from '@/server/domain/column-messages.ts';
import type { Segment } from '@/server/domain/segment.ts';
import type { ToldAt } from '@/server/domain/told-columns.ts';
import { openStreamedSource } from '../testing/streamed-source.ts';
import { openTestSource, readUntil, rowCount } from '../testing/test-source.ts';

const SETUP = 'CREATE TABLE t (id int PRIMARY KEY, a int)';
/** A column that goes and one of its name and type that comes, with rows before, between and after. */
const RECREATED = [
  'INSERT INTO t VALUES (1, 1)',
  'ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int',
  'INSERT INTO t VALUES (2, 2)',
  'BEGIN; ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int; INSERT INTO t VALUES (3, 3); ALTER TABLE t RENAME a TO b; INSERT INTO t VALUES (4, 4); COMMIT',
];

/** What a worker would keep, in memory. */
function keepInMemory() {
  const kept: ToldAt[] = [];
  let forgotten = 0;
  return {
    kept,
    forgotten: () => forgotten,
    told: {
      last: async (oid: number) => kept.findLast((one) => one.oid === oid)?.columns ?? null,
      keep: async (one: ToldAt) => void kept.push(one),
      forget: async () => void forgotten++,
    },
  };
}

/** `name@attnum` of each column under which rows came, oldest first. */
const layouts = (segments: readonly Segment[]): string[] =>
  segments.flatMap(({ blocks, schemas }) =>
    blocks.map(({ schemaHash }) =>
      (schemas.get(schemaHash)?.columns ?? []).map(({ name, attnum }) => `${name}@${attnum}`).join(' '),
    ),
  );

const EXACT = ['id@1 a@2', 'id@1 a@3', 'id@1 a@4', 'id@1 b@4'];

test('a column that came in the place of one of its name and type has its own number, though the stream is behind (row 39)', async () => {
  await using source = await openTestSource(SETUP);
  const { told, kept } = keepInMemory();
  await source.db.query(INSTALL_COLUMN_MESSAGES);
  await source.db.query('ALTER TABLE t ALTER a SET STATISTICS 50'); // tells of the columns as they are
  for (const statement of RECREATED) await source.db.query(statement);
  await using stream = await source.open({ told });
  const segments = await readUntil(stream, (all) => rowCount(all) === 4);
  expect(layouts(segments)).toEqual(EXACT);
  expect(kept.map(({ columns }) => columns.map(({ attnum }) => attnum))).toEqual([
    [1, 2],
    [1],
    [1, 3],
    [1],
    [1, 4],
    [1, 4],
  ]);
});

test('without the trigger the catalog has to do, and what was kept is forgotten', async () => {
  await using source = await openTestSource(SETUP);
  const { told, kept, forgotten } = keepInMemory();
  for (const statement of RECREATED) await source.db.query(statement);
  await using stream = await source.open({ told });
  expect(layouts(await readUntil(stream, (all) => rowCount(all) === 4))).not.toEqual(EXACT);
  expect([kept.length, forgotten()]).toEqual([0, 1]);
});

test('a session that begins behind what was told goes by what is kept', async () => {
  await using source = await openTestSource(SETUP);
  const { told } = keepInMemory();
  await source.db.query(INSTALL_COLUMN_MESSAGES);
  await source.db.query('ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int');
  {
    await using first = await source.open({ told });
    await source.db.query('INSERT INTO t VALUES (1, 1)');
    const [segment] = await readUntil(first, (all) => rowCount(all) === 1);
    if (segment) source.store(first, segment);
  }
  await source.db.query('INSERT INTO t VALUES (2, 2)');
  await source.db.query('ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int; INSERT INTO t VALUES (3, 3)');
  await using second = await source.open({ told });
  expect(layouts(await readUntil(second, (all) => rowCount(all) === 2))).toEqual(['id@1 a@3', 'id@1 a@4']);
});

test('columns that change within a transaction in progress are told in their place', async () => {
  await using source = await openStreamedSource(SETUP, { immediately: true });
  const { told } = keepInMemory();
  await source.db.query(INSTALL_COLUMN_MESSAGES);
  await source.db.query('ALTER TABLE t ALTER a SET STATISTICS 50');
  await source.db.query(`BEGIN; INSERT INTO t VALUES (1, 1);
    ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int; INSERT INTO t VALUES (3, 3); COMMIT`);
  await source.db.query('ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int');
  await using stream = await source.openStreamed({ told });
  const segments = await readUntil(stream, (all) => rowCount(all) === 2);
  expect(layouts(segments)).toEqual(['id@1 a@2', 'id@1 a@3']);
  expect(stream.seen.transactions).toBeGreaterThan(0);
});

test('columns that change in a part that is rolled back are not told', async () => {
  await using source = await openTestSource(SETUP);
  const { told, kept } = keepInMemory();
  await source.db.query(INSTALL_COLUMN_MESSAGES);
  await source.db.query(`BEGIN; INSERT INTO t VALUES (1, 1);
    SAVEPOINT s; ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int; INSERT INTO t VALUES (9, 9); ROLLBACK TO s;
    INSERT INTO t VALUES (2, 2); COMMIT`);
  await using stream = await source.open({ told });
  expect(layouts(await readUntil(stream, (all) => rowCount(all) === 2))).toEqual(['id@1 a@2']);
  expect(kept).toEqual([]);
});

test('messages of others, and messages under our name that make no sense, are passed over (row 28)', async () => {
  await using source = await openTestSource(SETUP);
  const { told, kept } = keepInMemory();
  await source.db.query(INSTALL_COLUMN_MESSAGES);
  await using stream = await source.open({ told });
  await source.db.query(`BEGIN; SELECT pg_logical_emit_message(true, 'philotes.columns', 'no JSON');
    SELECT pg_logical_emit_message(true, 'outbox', repeat('x', 100000));
    SELECT pg_logical_emit_message(false, 'philotes.columns', '{"oid": 1, "columns": []}');
    INSERT INTO t VALUES (1, 1); COMMIT`);
  expect(layouts(await readUntil(stream, (all) => rowCount(all) === 1))).toEqual(['id@1 a@2']);
  expect(kept).toEqual([]);
});

test('the statements may be run again, tell of tables that inherit, and leave nothing when they are taken back', async () => {
  await using source = await openTestSource(`${SETUP}; CREATE TABLE child () INHERITS (t)`);
  const { told, kept } = keepInMemory();
  await source.db.query(INSTALL_COLUMN_MESSAGES);
  await source.db.query(INSTALL_COLUMN_MESSAGES);
  await using stream = await source.open({ told });
  await source.db.query('ALTER TABLE t RENAME a TO b');
  await source.db.query('CREATE TEMP TABLE brief (id int)');
  await source.db.query('INSERT INTO t VALUES (1, 1)');
  await readUntil(stream, (all) => rowCount(all) === 1);
  expect(new Set(kept.map(({ oid }) => oid)).size).toBe(2);
  expect(kept.every(({ columns }) => columns.some(({ name }) => name === 'b'))).toBe(true);
  await source.db.query(REMOVE_COLUMN_MESSAGES);
  expect(await source.db.query(`SELECT FROM pg_namespace WHERE nspname = 'philotes'`)).toEqual([]);
});

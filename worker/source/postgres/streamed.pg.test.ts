import pg from 'pg';
import { expect, test } from 'vitest';
import { openStreamedSource, rowsUntil, type StreamedSource } from '../testing/streamed-source.ts';
import { parseRows, readUntil, rowCount } from '../testing/test-source.ts';

const FILL = `INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, 3000) i`;

/** Sessions of their own, for transactions that overlap. */
async function openSessions(source: StreamedSource, count: number) {
  const clients = Array.from({ length: count }, () => new pg.Client(source.db.url));
  await Promise.all(clients.map((client) => client.connect()));
  return Object.assign(clients, {
    [Symbol.asyncDispose]: async () => void (await Promise.all(clients.map((client) => client.end()))),
  });
}

/** Reads the same changes by both protocols. */
async function bothWays(source: StreamedSource, work: () => Promise<void>) {
  const slot = await source.addSlot();
  await using streamed = await source.openStreamed({ slot });
  await work();
  await source.db.query('INSERT INTO finish VALUES (1)');
  const isLast = ({ table }: { table: string }) => table === 'finish';
  const rows = await rowsUntil(streamed, isLast);
  await using plain = await source.open();
  return { rows, plain: await rowsUntil(plain, isLast) };
}

test('a large transaction is here before its commit, hands nothing over until then, and leaves no file', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, name text)');
  await using stream = await source.openStreamed();
  await using sessions = await openSessions(source, 1);
  const [one] = sessions;
  await one?.query('BEGIN');
  await one?.query(FILL);
  await expect.poll(() => stream.use.bytes).toBeGreaterThan(500_000);
  await source.db.query(`INSERT INTO t VALUES (0, 'meanwhile')`);
  const [meanwhile] = await readUntil(stream, (all) => rowCount(all) > 0);
  expect(parseRows(meanwhile ? [meanwhile] : []).map(({ values }) => values.id)).toEqual(['0']);
  await one?.query('COMMIT');
  expect(rowCount(await readUntil(stream, (all) => all.at(-1)?.complete === true))).toBe(3_000);
  await expect.poll(() => stream.use).toEqual({ bytes: 0, transactions: 0 });
  expect(await source.spooled()).toEqual([]);
});

test('two large transactions in progress come whole and in the order of their commits', async () => {
  await using source = await openStreamedSource(
    'CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE finish (id int)',
  );
  await using sessions = await openSessions(source, 2);
  const { rows, plain } = await bothWays(source, async () => {
    for (const client of sessions) await client.query('BEGIN');
    for (let at = 0; at < 6_000; at += 500) {
      const client = sessions[(at / 500) % 2];
      await client?.query(`INSERT INTO t SELECT i, repeat('y', 100) FROM generate_series(${at}, ${at + 499}) i`);
      await client?.query(`UPDATE t SET id = -id - 1, name = 'moved' WHERE id = ${at}`);
    }
    await sessions[1]?.query('COMMIT');
    await sessions[0]?.query('COMMIT');
  });
  expect(rows).toHaveLength(6_000 + 12 * 2 + 1);
  expect(rows).toEqual(plain);
  expect(new Set(rows.map(({ xid }) => xid)).size).toBe(3);
  expect(await source.spooled()).toEqual([]);
});

test('blocks that end in an exception leave nothing behind, however many they are', async () => {
  await using source = await openStreamedSource(
    'CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE finish (id int)',
  );
  const { rows, plain } = await bothWays(source, async () => {
    await source.db.query(`
      DO $$ BEGIN
        FOR i IN 1..3000 LOOP
          BEGIN
            INSERT INTO t VALUES (i, repeat('z', 100));
            IF i % 5 = 0 THEN
              BEGIN
                INSERT INTO t VALUES (-i, 'inner');
              EXCEPTION WHEN OTHERS THEN NULL;
              END;
            END IF;
            IF i % 3 = 0 THEN RAISE EXCEPTION 'no'; END IF;
          EXCEPTION WHEN raise_exception THEN
            INSERT INTO t VALUES (100000 + i, 'handled');
          END;
        END LOOP;
      END $$`);
  });
  expect(rows).toHaveLength(3_000 + 600 - 200 + 1);
  expect(rows).toEqual(plain);
});

test('a table that is altered, truncated and announced again within the transaction reads as it was written', async () => {
  await using source = await openStreamedSource(
    `CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE part (id int PRIMARY KEY REFERENCES t);
     CREATE TABLE doc (id int PRIMARY KEY, n int, body text); ALTER TABLE doc ALTER body SET STORAGE EXTERNAL;
     CREATE TABLE finish (id int)`,
    { immediately: true },
  );
  const { rows, plain } = await bothWays(source, async () => {
    await source.db.query(`
      BEGIN;
      INSERT INTO t VALUES (1, 'one'); INSERT INTO part VALUES (1);
      SAVEPOINT a; ALTER TABLE t ADD extra int; INSERT INTO t VALUES (2, 'gone', 5); ROLLBACK TO a;
      INSERT INTO t VALUES (3, 'three');
      SAVEPOINT b; ALTER TABLE t ADD more text DEFAULT 'm'; INSERT INTO t VALUES (4, 'four', 'x'); RELEASE b;
      INSERT INTO t VALUES (5, 'five', 'y');
      TRUNCATE t CASCADE;
      ALTER TABLE t RENAME name TO title; INSERT INTO t VALUES (6, 'six', 'z');
      INSERT INTO doc VALUES (1, 1, '${'long '.repeat(2_000)}'); UPDATE doc SET n = 2; DELETE FROM doc;
      COMMIT`);
    await source.db.query(`INSERT INTO t VALUES (7, 'seven', 'after')`);
  });
  expect(rows).toEqual(plain);
  expect(rows.filter(({ table }) => table === 't').map(({ op, values }) => [op, values])).toEqual([
    ['i', expect.objectContaining({ id: '1', name: 'one' })],
    ['i', expect.objectContaining({ id: '3', name: 'three' })],
    ['i', { id: '4', name: 'four', more: 'x' }],
    ['i', { id: '5', name: 'five', more: 'y' }],
    ['t', expect.anything()],
    ['i', { id: '6', title: 'six', more: 'z' }],
    ['i', { id: '7', title: 'seven', more: 'after' }],
  ]);
});

test('what another transaction announced later holds behind one that was in progress', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, a text, b text)', {
    immediately: true,
  });
  await using sessions = await openSessions(source, 1);
  await using stream = await source.openStreamed();
  const [one] = sessions;
  await one?.query(`BEGIN; INSERT INTO t VALUES (1, 'a', 'b')`);
  await source.db.query(`ALTER PUBLICATION ${source.publication} SET TABLE t (id, b)`);
  await source.db.query(`INSERT INTO t VALUES (2, 'a', 'b')`);
  await one?.query('COMMIT');
  await source.db.query(`INSERT INTO t VALUES (3, 'a', 'b')`);
  const rows = await rowsUntil(stream, ({ values }) => values.id === '3');
  expect(rows.map(({ values }) => values)).toEqual([
    { id: '2', b: 'b' },
    { id: '1', a: 'a', b: 'b' },
    { id: '3', b: 'b' },
  ]);
});

test('a transaction that is rolled back after much of it came is forgotten, file and all', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, name text)');
  await using stream = await source.openStreamed();
  await using sessions = await openSessions(source, 1);
  const [one] = sessions;
  await one?.query('BEGIN');
  await one?.query(FILL);
  await expect.poll(() => stream.use.bytes).toBeGreaterThan(500_000);
  expect(await source.spooled()).toHaveLength(1);
  await one?.query('ROLLBACK');
  await expect.poll(() => stream.use).toEqual({ bytes: 0, transactions: 0 });
  expect(await source.spooled()).toEqual([]);
  await source.db.query(`INSERT INTO t VALUES (1, 'after')`);
  expect(parseRows(await readUntil(stream, (all) => rowCount(all) > 0)).map(({ values }) => values)).toEqual([
    { id: '1', name: 'after' },
  ]);
});

test('a large transaction that was rolled back before it was read leaves nothing, however it is read', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, name text)');
  const slot = await source.addSlot();
  await source.db.query(`BEGIN; SAVEPOINT a; INSERT INTO t VALUES (0, 'within'); RELEASE a; ${FILL}; ROLLBACK`);
  await source.db.query(`INSERT INTO t VALUES (1, 'after')`);
  await using plain = await source.open();
  await using streamed = await source.openStreamed({ slot });
  for (const stream of [plain, streamed]) expect(rowCount(await readUntil(stream, (all) => rowCount(all) > 0))).toBe(1);
});

test('a session that ends in the middle leaves the transaction to the next, from its beginning', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, name text)');
  await using sessions = await openSessions(source, 1);
  const [one] = sessions;
  await one?.query('BEGIN');
  await one?.query(FILL);
  {
    await using stream = await source.openStreamed();
    await expect.poll(() => stream.use.bytes).toBeGreaterThan(500_000);
    await source.db.query(`INSERT INTO t VALUES (0, 'stored')`);
    for await (const segment of stream.segments) {
      source.store(stream, segment);
      if (segment.rows > 0) break;
    }
  }
  expect(await source.spooled()).toEqual([]);
  {
    await using stream = await source.openStreamed();
    // Behind what was confirmed the server streams again, and then from the beginning.
    await one?.query(`INSERT INTO t SELECT -i, repeat('x', 200) FROM generate_series(1, 3000) i`);
    await expect.poll(() => stream.use.bytes).toBeGreaterThan(1_000_000);
    const lost = expect(readUntil(stream, () => false)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await source.db.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [
      source.slot,
    ]);
    await lost;
  }
  await one?.query('UPDATE t SET name = name WHERE id = 1');
  await one?.query('COMMIT');
  await using stream = await source.openStreamed();
  const segments = await readUntil(stream, (all) => rowCount(all) > 0 && all.at(-1)?.complete === true);
  expect(rowCount(segments)).toBe(6_001);
});

test('a replay is interrupted at any place, and repeated from its beginning', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, name text)');
  await source.db.query(FILL);
  {
    await using stream = await source.openStreamed({ limits: { segmentBytesMax: 16_384, segmentAgeMsMax: 20 } });
    const [first] = await readUntil(stream, (all) => rowCount(all) > 0);
    expect(first?.complete).toBe(false);
  }
  expect(await source.spooled()).toEqual([]);
  await using stream = await source.openStreamed({ limits: { segmentBytesMax: 16_384, segmentAgeMsMax: 20 } });
  const rows: number[] = [];
  for await (const segment of stream.segments) {
    rows.push(...parseRows([segment]).map(({ ordinal }) => ordinal));
    // Reading back waits for whoever stores, and the source hears from us meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    source.store(stream, segment);
    if (segment.complete && rows.length > 0) break;
  }
  expect(rows).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
  await expect.poll(() => source.spooled()).toEqual([]);
});

test('beyond its bound the transaction is refused with a code, and can be read after its commit', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, name text)');
  await source.db.query(FILL);
  {
    await using stream = await source.openStreamed({ bytesMax: 100_000 });
    await expect(readUntil(stream, () => false)).rejects.toMatchObject({ code: 'SOURCE_IN_PROGRESS' });
  }
  expect(await source.spooled()).toEqual([]);
  await using plain = await source.open();
  expect(rowCount(await readUntil(plain, (all) => rowCount(all) === 3_000))).toBe(3_000);
});

test('a value of 34 MB in a streamed transaction arrives as it is', async () => {
  await using source = await openStreamedSource('CREATE TABLE t (id int PRIMARY KEY, name text)');
  await using stream = await source.openStreamed();
  await source.db.query(`BEGIN; ${FILL}; INSERT INTO t VALUES (0, repeat('0123456789abcdef', 2228224)); COMMIT`);
  const segments = await readUntil(stream, (all) => rowCount(all) === 3_001);
  const large = segments.flatMap(({ blocks }) => blocks).find(({ bytes }) => bytes.length > 34_000_000);
  expect(large?.bytes.includes('0123456789abcdef'.repeat(2_228_224))).toBe(true);
});

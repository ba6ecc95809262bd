import { expect, test } from 'vitest';
import { openTcpProxy } from '../testing/tcp-proxy.ts';
import { openTestSource, readUntil, rowCount } from '../testing/test-source.ts';

const setSenderTimeout = (timeout: string): string =>
  `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET wal_sender_timeout = ${timeout}', current_database()); END $$`;

test('a connection that swallows everything is noticed within a few sender timeouts', async () => {
  await using source = await openTestSource(`CREATE TABLE t (id int PRIMARY KEY); ${setSenderTimeout("''500ms''")}`);
  await using proxy = await openTcpProxy(source.connection);
  await using stream = await source.open({ connection: { ...source.connection, host: '127.0.0.1', port: proxy.port } });
  await source.db.query('INSERT INTO t VALUES (1)');
  await readUntil(stream, (all) => rowCount(all) === 1);
  const since = performance.now();
  proxy.blackHole();
  await expect(readUntil(stream, () => false)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(performance.now() - since).toBeLessThan(5_000);
  await using again = await source.open();
  expect(rowCount(await readUntil(again, (all) => rowCount(all) === 1))).toBe(1);
});

test('the session outlives a consumer that stores nothing for several sender timeouts, in bounded memory (rows 20, 91)', async () => {
  await using source = await openTestSource(
    `CREATE TABLE t (id int PRIMARY KEY, v text); ${setSenderTimeout("''500ms''")}`,
  );
  await source.db.query(`INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(1, 60000) i`);
  const limits = { segmentBytesMax: 256 * 1024, segmentAgeMsMax: 20 };
  await using stream = await source.open({ limits });
  const segments = stream.segments[Symbol.asyncIterator]();
  let rows = (await segments.next()).value?.rows ?? 0;
  await expect
    .poll(
      () =>
        source.db.query(
          `SELECT application_name FROM pg_stat_activity
            WHERE application_name LIKE 'philotes slot%' AND backend_type = 'walsender'
              AND datname = current_database() AND now() - backend_start > '3 s'`,
        ),
      { timeout: 10_000, interval: 200 },
    )
    .toHaveLength(1);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(64 * 1024 * 1024);
  while (rows < 60_000) {
    const next = await segments.next();
    if (next.done) throw new Error('the stream ended early');
    rows += next.value.rows;
  }
  expect(rows).toBe(60_000);
});

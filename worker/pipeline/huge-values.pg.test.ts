import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readMirror } from '@/worker/testing/read-mirror.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { openLake } from './lake.ts';

/** 500 MB that compress well, so that only their way to us is long; as bytes they are a gigabyte of hex. */
const TEXT = `repeat('half a gigabyte ', 31250000)`;

test('values of 500 MB are parked by copy and stream in bounded memory, and the table goes on (row 58)', async () => {
  await using installation = await openTestInstallation();
  const { source, database, deps, destinationId } = installation;
  await source.query('create table huge (id int primary key, n int, body text, raw bytea)');
  await source.query(`insert into huge values (1, 0, 'small', '\\x00')`);
  await source.query(`insert into huge values (2, 0, ${TEXT}, null)`);
  await source.query(`insert into huge select 3, 0, 'beside', convert_to(body, 'UTF8') from huge where id = 2`);
  await source.query(`insert into huge values (4, 0, 'small, too', null)`);
  await writeFile('/proc/self/clear_refs', '5');
  const pipeline = await startTestPipeline(installation, {
    name: 'huge',
    tables: [{ table: 'huge', mirror: true, changelog: true }],
  });
  await using work = runWork(deps);
  const caughtUp = async (what: string) => {
    await pipeline.caughtUp(work, { withinMs: 240_000, what });
  };
  await caughtUp('the copy');
  await source.query('insert into huge select id + 10, n, body, raw from huge order by id');
  await caughtUp('the stream');
  // Of rows that are parked: one left as it is but for a number, one made small, one deleted.
  await source.query(`update huge set n = 1 where id in (2, 12)`);
  await source.query(`update huge set raw = '\\x01' where id in (3, 13)`);
  await caughtUp('the changes');
  const peakMb = Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024;
  process.stderr.write(`peak ${Math.round(peakMb)} MB\n`);
  const lake = await openLake(deps, { destinationId, signal: new AbortController().signal });
  const rows = await readMirror(lake, { namespace: ['huge'], name: 'huge' });
  expect(rows.map(({ id, n, body }) => ({ id, n, body }))).toEqual([
    { id: 1, n: 0, body: 'small' },
    { id: 3, n: 0, body: 'beside' },
    { id: 4, n: 0, body: 'small, too' },
    { id: 11, n: 0, body: 'small' },
    { id: 13, n: 0, body: 'beside' },
    { id: 14, n: 0, body: 'small, too' },
  ]);
  const { rows: letters } = await database.pool.query(
    `select op, row_key, column_name, left(reason, 28) as reason, state, octet_length(payload) < 1000 as is_short
       from dead_letter order by id`,
  );
  const letter = (op: string, id: string, column: string) => ({
    op,
    row_key: [id],
    column_name: column,
    reason: op === 'u' ? 'the source did not send this' : 'the row is larger than 64 MB',
    state: 'open',
    is_short: true,
  });
  expect(letters).toEqual([
    ...[letter('r', '2', 'body'), letter('r', '3', 'raw'), letter('i', '12', 'body'), letter('i', '13', 'raw')],
    ...[letter('u', '2', 'body'), letter('u', '12', 'body')],
  ]);
  expect(peakMb).toBeLessThan(1_400);
}, 600_000);

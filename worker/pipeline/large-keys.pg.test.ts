import { expect, test } from 'vitest';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { readMirror } from '@/worker/testing/read-mirror.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { openLake } from './lake.ts';

/** An index takes what compresses to some 2,700 bytes. */
const KEY_TEXTS = 30_000;
const LARGE = `repeat('too large ', 14500000)`;

test('the longest keys that an index takes name rows that are too large, and are changed and deleted (rows 32, 58)', async () => {
  await using installation = await openTestInstallation();
  const { source, database, deps, destinationId } = installation;
  await source.query(`create table item (id text primary key, n int, body text);
    create table log (at int, body text); alter table log replica identity full`);
  const key = (word: string) => `repeat('${word}', ${KEY_TEXTS})`;
  const insertAll = async (word: string) => {
    await source.query(`insert into item values (${key(`${word}a`)}, 0, 'small'), (${key(`${word}b`)}, 0, 'small')`);
    await source.query(`insert into item values (${key(`${word}c`)}, 0, ${LARGE})`);
    await source.query(`insert into log values (1, '${word}')`);
  };
  await insertAll('k');
  const pipeline = await startTestPipeline(installation, {
    name: 'keys',
    tables: [
      { table: 'item', mirror: true, changelog: true },
      { table: 'log', mirror: false, changelog: true },
    ],
  });
  await using work = runWork(deps);
  const caughtUp = async () => {
    await pipeline.caughtUp(work, { withinMs: 120_000 });
  };
  await caughtUp();
  await insertAll('s');
  // A row with an identity that is too large: it is parked, and nothing else is.
  await source.query(`insert into log values (2, ${LARGE})`);
  await source.query(`delete from log where at = 2`);
  // Keys that are changed and deleted, also of rows that the lake does not have.
  await source.query(`update item set id = ${key('moved')} where id = ${key('ka')}`);
  await source.query(`update item set id = ${key('gone')} where id = ${key('kc')}`);
  await source.query(`delete from item where id = ${key('sb')}; delete from item where id = ${key('sc')}`);
  await caughtUp();
  const lake = await openLake(deps, { destinationId, signal: new AbortController().signal });
  const mirror = async () => {
    const rows = await readMirror(lake, { namespace: ['keys'], name: 'item' });
    return rows
      .map(({ id, n, body }) => ({ id: shortened(String(id)), n, body }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const present = (...words: string[]) =>
    words.map((word) => ({ id: `${word} ${KEY_TEXTS * word.length}`, n: 0, body: 'small' }));
  expect(await mirror()).toEqual(present('kb', 'moved', 'sa'));
  const { rows: letters } = await database.pool.query<{
    table: string;
    op: string;
    key: string[] | null;
    state: string;
  }>(
    `select source_table as "table", op, row_key as key, dead_letter.state from dead_letter
       join pipeline_table on pipeline_table.id = pipeline_table_id order by source_table, dead_letter.id`,
  );
  const shown = letters.map(({ table, op, key: of, state }) => `${table} ${op} ${of?.map(shortened) ?? '-'} ${state}`);
  // The delete from a table without a key is in its changelog, without the long value.
  expect(shown).toEqual([
    `item r kc ${2 * KEY_TEXTS} open`,
    `item i sc ${2 * KEY_TEXTS} open`,
    `item u gone ${4 * KEY_TEXTS} open`,
    'log i - open',
  ]);
  // Once it is small, the row is in the mirror under its present key.
  await source.query(`update item set body = 'small' where id = ${key('gone')}`);
  await caughtUp();
  expect(await mirror()).toEqual(present('gone', 'kb', 'moved', 'sa'));
}, 240_000);

/** `moved 300000`: a repeated word, and the whole length. */
const shortened = (text: string): string => `${/^(.+?)\1+$/.exec(text)?.[1] ?? text.slice(0, 20)} ${text.length}`;

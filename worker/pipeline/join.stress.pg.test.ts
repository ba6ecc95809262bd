import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Change, readChanges } from '@/test/compare/read-changes.ts';
import { loadTable } from '@/test/compare/rest-catalog.ts';
import { randomFrom } from '@/test/crash/random-from.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { openWalOracle, type WalEffect } from '@/worker/testing/wal-oracle.ts';
import { parseSnapshot } from './copied-chunks.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

/** `SEED` repeats a run that failed. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const WRITERS = 4;
const ROWS = 8_000;
const MOVE = 1_000_000;
const NAMESPACE = 'stress';
const TABLES = ['by_int', 'by_big', 'by_text', 'keyless'] as const;
const KEYED = ['by_int', 'by_big', 'by_text'] as const;

test(`whatever goes on during the copy, every row and every change is in the lake exactly once (row 59) (seed ${SEED})`, async () => {
  const { source, database, deps } = installation;
  await source.query(`
    create table by_int (id int primary key, n int, note text, long text);
    create table by_big (id bigint primary key, n int, note text, long text);
    create table by_text (id text collate ucs_basic primary key, n int, note text, long text);
    create table keyless (id int, n int, note text, long text);
    alter table keyless replica identity full`);
  for (const table of TABLES) {
    await source.query(`alter table ${table} alter long set storage external`);
    await source.query(
      `insert into ${table} select i, i, 'n' || i, repeat('l', 2200) from generate_series(1, ${ROWS}) i`,
    );
    await source.query(`analyze ${table}`);
  }
  const oracle = await openWalOracle(source, { keyed: KEYED, keyless: ['keyless'] });
  const old = new pg.Client({ connectionString: source.url });
  await old.connect();
  await old.query(
    `begin; insert into by_int values (900001, 1, 'old', 'x'); insert into by_text values ('old', 1, 'old', 'x')`,
  );

  const random = randomFrom(SEED);
  const writers = Array.from({ length: WRITERS }, () =>
    startWriter(source.url, randomFrom(Math.floor(random() * 2 ** 31))),
  );
  const pipeline = await startTestPipeline(installation, {
    name: NAMESPACE,
    tables: TABLES.map((table) => ({ table, mirror: table !== 'keyless', changelog: true })),
    settings: { copyChunksAtOnce: 3 },
  });
  await using work = runWork(deps);
  const startedAt = performance.now();
  let isOldOpen = true;
  await work.until(
    async () => {
      await pipeline.assertSound();
      if (isOldOpen && performance.now() - startedAt > 2_000) {
        isOldOpen = false;
        await old.query('update by_int set n = n + 1 where id = 900001; commit');
        await old.end();
      }
      return pipeline.isLive();
    },
    { what: 'the tables are live', withinMs: 90_000 },
  );
  const liveAt = performance.now();
  await work.until(async () => performance.now() - liveAt > 2_000, { what: 'a while of the stream' });
  const transactions = (await Promise.all(writers.map((writer) => writer.stop()))).reduce((sum, n) => sum + n, 0);
  expect(transactions).toBeGreaterThan(100);
  const end = await pipeline.position();
  await work.until(() => pipeline.isAt(end), { what: 'the lake has caught up' });

  const letters = await database.pool.query('select column_name, op, reason from dead_letter limit 5');
  expect(letters.rows).toEqual([]);
  for (const table of KEYED) {
    const { mirror, changelog } = await pipeline.compare(table, ['id']);
    expect(mirror, table).toMatchObject({ missing: 0, extra: 0, equal: true });
    expect(changelog, table).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
  }

  const effects = await oracle.effects();
  await oracle.drop();
  for (const table of TABLES) {
    const shown = await shownBySnapshots(pipeline.id, table);
    const expected = effects.filter((effect) => effect.table === table && !shown(effect));
    const found = await changelogOf(table);
    const name = ({ op, key, commitLsn }: Change) => `${commitLsn} ${op} ${key}`;
    expect(found.changes.map(name).sort(), table).toEqual(expected.map(name).sort());
    expect(new Set(found.positions).size, table).toBe(found.positions.length);
    if (table !== 'keyless') expect(new Set(found.copied).size, table).toBe(found.copied.length);
  }
});

type Writer = { stop(): Promise<number> };

/** Random transactions over all tables, one after another; conflicts and deadlocks roll back. */
function startWriter(url: string, random: () => number): Writer {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  let isOver = false;
  let committed = 0;
  const pick = (max: number) => 1 + Math.floor(random() * max);
  const statement = () => {
    const table = TABLES[Math.floor(random() * TABLES.length)] ?? 'by_int';
    const near = random() < 0.8 ? pick(ROWS) : ROWS + pick(300) + (random() < 0.5 ? MOVE : 0);
    const id = table === 'by_text' ? `'${near}'` : near;
    const moved = near > MOVE ? near - MOVE : near + MOVE;
    const other = table === 'by_text' ? `'${moved}'` : moved;
    const kinds = [
      `insert into ${table} values (${id}, 0, 'again', repeat('m', 2100))${table === 'keyless' ? '' : ' on conflict do nothing'}`,
      `insert into ${table} values (${table === 'by_text' ? `'${ROWS + pick(300)}'` : ROWS + pick(300)}, 0, 'new', null)${table === 'keyless' ? '' : ' on conflict do nothing'}`,
      `update ${table} set n = n + 1, note = note || '.' where id = ${id}`,
      `update ${table} set n = n + 1 where id in (${id}, ${other})`,
      `update ${table} set id = ${other} where id = ${id}`,
      `update ${table} set id = ${id} where id = ${other}`,
      `update ${table} set long = repeat('k', 2300) where id = ${id}`,
      `delete from ${table} where id = ${id}`,
    ];
    return kinds[Math.floor(random() * kinds.length)] ?? '';
  };
  const transaction = async () => {
    await client.query('begin');
    for (let left = pick(4); left > 0; left--) {
      const fate = random();
      if (fate < 0.2) await client.query('savepoint one');
      await client.query(statement());
      if (fate < 0.1) await client.query('rollback to one');
    }
    await client.query(random() < 0.1 ? 'rollback' : 'commit');
    committed++;
  };
  const run = async () => {
    await client.connect();
    while (!isOver) {
      await transaction().catch(() => client.query('rollback'));
      await delay(1);
    }
    await client.end();
  };
  const done = run();
  done.catch(() => undefined); // met in stop()
  return {
    async stop() {
      isOver = true;
      await done;
      return committed;
    },
  };
}

/** Whether the copy has shown an effect already: its transaction is visible in the snapshot of its key's chunk. */
async function shownBySnapshots(pipelineId: string, table: string): Promise<(effect: WalEffect) => boolean> {
  const { rows } = await installation.database.pool.query<{
    range: { kind: string; lower: string | null; upper: string | null };
    snapshot: string;
  }>(
    `select range, snapshot from copy_chunk join pipeline_table on pipeline_table.id = pipeline_table_id
        and pipeline_table.generation = copy_chunk.generation
      where pipeline_id = $1 and source_table = $2`,
    [pipelineId, table],
  );
  // A row that moves between two parts tears the copy, which is then made anew under one snapshot.
  const isWhole = rows.every(({ range }) => range.kind === 'whole');
  expect(rows.length, table).toBeGreaterThan(!isWhole && (table === 'by_int' || table === 'by_big') ? 3 : 0);
  const chunks = rows.map(({ range, snapshot }) => ({ ...range, ...parseSnapshot(snapshot) }));
  const holds = (chunk: (typeof chunks)[number], key: string) =>
    chunk.kind === 'whole' ||
    ((chunk.lower === null || BigInt(key) >= BigInt(chunk.lower)) &&
      (chunk.upper === null || BigInt(key) < BigInt(chunk.upper)));
  return ({ key, xid }) => {
    const chunk = chunks.find((one) => holds(one, key));
    if (!chunk) throw new Error(`no chunk holds a key of ${table}`);
    const id = BigInt(xid);
    return id < chunk.snapshotXmin || (id < chunk.snapshotXmax && !chunk.xip.includes(id));
  };
}

async function changelogOf(table: string) {
  const lake = await loadTable({
    catalogUrl: installation.catalogUrl,
    token: installation.token,
    warehouse: 'lake',
    namespace: NAMESPACE,
    table: `${table}_changelog`,
  });
  return readChanges(lake, 'id');
}

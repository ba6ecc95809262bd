import { expect, test } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { setTable } from '@/server/pipelines/set-table.ts';
import { readLake } from '@/test/compare/read-lake.ts';
import { loadTable } from '@/test/compare/rest-catalog.ts';
import { openTestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { testTables } from '@/worker/testing/test-tables.ts';

const EXACT = { missing: 0, extra: 0, duplicates: 0, equal: true };

type Policy = 'apply' | 'soft' | 'ignore';

/** A live table of five rows with a long value that the source does not repeat, under these policies. */
async function openLive({ onDelete, onTruncate }: { onDelete: Policy; onTruncate: Policy }) {
  const installation = await openTestInstallation();
  const { source, control, catalogUrl, token } = installation;
  await source.query('create table item (id int primary key, note text, long text)');
  await source.query('alter table item alter long set storage external');
  await source.query(`insert into item select i, 'n' || i, repeat('y', 2500) || i from generate_series(1, 5) i`);
  const pipeline = await startTestPipeline(installation, {
    name: 'p',
    tables: [{ table: 'item', mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 100 },
  });
  const tables = testTables(installation, pipeline.id);
  await setTable(control, SYSTEM_ACTOR, { ...(await tables.key('item')), onDelete, onTruncate });
  const work = runWork(installation.deps);
  await work.until(() => pipeline.isLive(), { what: 'it is live' });
  return {
    ...installation,
    pipeline,
    work,
    tables,
    async write(...statements: string[]) {
      // One batch, whatever the machine is doing.
      await source.query(`begin; ${statements.join('; ')}; commit`);
      await pipeline.caughtUp(work);
    },
    /** `id:note` of the mirror, with a cross behind those that were deleted; a row without its long value shows. */
    async mirror() {
      const table = await loadTable({ catalogUrl, token, warehouse: 'lake', namespace: 'p', table: 'item' });
      const at = (name: string) => table.fields.findIndex((field) => field.name === name);
      const [id, note, long, deleted] = ['id', 'note', 'long', '_philotes_deleted_at'].map(at) as [
        number,
        number,
        number,
        number,
      ];
      const shown: string[] = [];
      for await (const rows of readLake(table)) {
        for (const row of rows) {
          const isWhole = String(row[long] ?? '').length > 2_000;
          shown.push(`${row[id]}:${row[note]}${isWhole ? '' : '!'}${deleted >= 0 && row[deleted] !== null ? '†' : ''}`);
        }
      }
      return shown.sort();
    },
    async [Symbol.asyncDispose]() {
      await work[Symbol.asyncDispose]();
      await installation[Symbol.asyncDispose]();
    },
  };
}

test('soft deletes keep the whole row with its time, until the key comes back', async () => {
  await using live = await openLive({ onDelete: 'soft', onTruncate: 'apply' });
  await live.write(`update item set note = 'changed' where id = 1`, 'delete from item where id in (1, 2)');
  expect(await live.mirror()).toEqual(['1:changed†', '2:n2†', '3:n3', '4:n4', '5:n5']);
  const long = `repeat('z', 2500)`;
  await live.write(
    `insert into item values (1, 'back', ${long}), (6, 'brief', ${long})`,
    'delete from item where id = 6',
    'update item set id = 7 where id = 3',
  );
  expect(await live.mirror()).toEqual(['1:back', '2:n2†', '4:n4', '5:n5', '6:brief†', '7:n3']);
  expect((await live.pipeline.compare('item', ['id'])).changelog).toMatchObject(EXACT);
  await live.write('truncate item', `insert into item values (8, 'new', ${long})`);
  expect(await live.mirror()).toEqual(['8:new']);
});

test('ignored deletes and truncates leave the row, and what comes later under its key takes its place', async () => {
  await using live = await openLive({ onDelete: 'ignore', onTruncate: 'ignore' });
  const long = `repeat('z', 2500)`;
  await live.write('delete from item where id in (1, 2)', `insert into item values (2, 'again', ${long})`);
  expect(await live.mirror()).toEqual(['1:n1', '2:again', '3:n3', '4:n4', '5:n5']);
  await live.write('truncate item', `insert into item values (3, 'after', ${long})`);
  expect(await live.mirror()).toEqual(['1:n1', '2:again', '3:after', '4:n4', '5:n5']);
  expect((await live.pipeline.compare('item', ['id'])).changelog).toMatchObject(EXACT);
});

test('a soft truncate keeps every row that was there, and a way back to applying drops them by a copy', async () => {
  await using live = await openLive({ onDelete: 'apply', onTruncate: 'soft' });
  const long = `repeat('z', 2500)`;
  await live.write(
    'delete from item where id = 5',
    `insert into item values (6, 'six', ${long})`,
    'truncate item',
    `insert into item values (1, 'one', ${long}), (7, 'seven', ${long})`,
    'truncate item',
    `insert into item values (2, 'two', ${long})`,
  );
  expect(await live.mirror()).toEqual(['1:one†', '2:two', '3:n3†', '4:n4†', '6:six†', '7:seven†']);
  await live.write('truncate item', `insert into item values (9, 'nine', ${long})`);
  expect(await live.mirror()).toEqual(['1:one†', '2:two†', '3:n3†', '4:n4†', '6:six†', '7:seven†', '9:nine']);
  expect((await live.pipeline.compare('item', ['id'])).changelog).toMatchObject(EXACT);
  const key = await live.tables.key('item');
  expect(await setTable(live.control, SYSTEM_ACTOR, { ...key, onTruncate: 'apply' })).toMatchObject({ resync: true });
  await live.work.until(
    async () => (await live.tables.row('item'))?.generation === 2 && (await live.pipeline.isLive()),
    {
      what: 'it is copied anew',
    },
  );
  await live.write('update item set note = note');
  expect(await live.mirror()).toEqual(['9:nine']);
  expect(await live.pipeline.compare('item', ['id'])).toMatchObject({ mirror: EXACT, changelog: EXACT });
});

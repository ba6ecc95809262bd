import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { memberActor } from '@/server/auth/actor.ts';
import { discardDeadLetter, inspectDeadLetter, requestReplay } from './dead-letters.ts';
import { listDeadLetters } from './list-dead-letters.ts';

const operator = memberActor({ id: 'mem_o', role: 'operator' }, null);
const viewer = memberActor({ id: 'mem_v', role: 'viewer' }, null);

async function openLetters() {
  const test = await openTestDatabase({ migrated: true });
  await test.query(`insert into source (id, name, host, port, database, username, tls_mode)
    values ('src_1', 's', 'h', 1, 'd', 'u', 'disable')`);
  await test.query(`insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
    values ('dst_1', 'd', 'embedded', 'd', 'bearer', 'file', 'file:///x')`);
  await test.query(`insert into pipeline (id, name, source_id, destination_id, namespace, settings)
    values ('pl_1', 'p', 'src_1', 'dst_1', 'n', '{}'), ('pl_2', 'q', 'src_1', 'dst_1', 'm', '{}')`);
  await test.query(`insert into pipeline_table (pipeline_id, source_schema, source_table, lake_name, mirror, changelog)
    values ('pl_1', 'public', 'orders', 'orders', true, false)`);
  await test.query(
    `insert into table_schema (pipeline_id, hash, table_oid, schema, first_lsn)
     values ('pl_1', 'h', 1, '{"columns":[{"name":"id"},{"name":"placed_at"}]}', '0/1')`,
  );
  for (const ordinal of [1, 2]) {
    await test.query(
      `insert into dead_letter (pipeline_table_id, epoch, lsn, ordinal, op, column_name, reason, schema_hash, payload)
       select id, 1, '0/10', $1, 'i', 'placed_at', 'before the common era', 'h', $2 from pipeline_table`,
      [ordinal, Buffer.from(`i,16,${ordinal},0,5,,"7","0044-03-15 BC"\n`)],
    );
  }
  const database = openDatabase(test.url);
  const ids = (await listDeadLetters({ database }, viewer, { pipelineId: 'pl_1' })).items.map(({ id }) => id);
  return {
    database,
    ids: { newest: ids[0] ?? 0, oldest: ids[1] ?? 0 },
    query: test.query,
    async [Symbol.asyncDispose]() {
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

it('lists without values; looking at values is on record', async () => {
  await using letters = await openLetters();
  const { items: listed, nextCursor } = await listDeadLetters(letters, viewer, { pipelineId: 'pl_1', limit: 1 });
  expect(listed).toMatchObject([{ source: 'public.orders', column: 'placed_at', state: 'open', ordinal: '2' }]);
  const next = await listDeadLetters(letters, viewer, { pipelineId: 'pl_1', limit: 1, cursor: nextCursor ?? '' });
  expect(next).toMatchObject({ items: [{ id: letters.ids.oldest }], nextCursor: null });
  expect(JSON.stringify(listed)).not.toContain('0044');
  const key = { pipelineId: 'pl_1', id: letters.ids.oldest };
  expect((await inspectDeadLetter(letters, viewer, key)).values).toEqual([
    { column: 'id', value: '7' },
    { column: 'placed_at', value: '0044-03-15 BC' },
  ]);
  expect(await letters.query('select action from audit_entry')).toEqual([{ action: 'dead-letter.inspect' }]);
});

it('closes an open one once, for operators, within its own pipeline', async () => {
  await using letters = await openLetters();
  const { newest, oldest } = letters.ids;
  await discardDeadLetter(letters, operator, { pipelineId: 'pl_1', id: newest });
  await discardDeadLetter(letters, operator, { pipelineId: 'pl_1', id: newest });
  const late = requestReplay(letters, operator, { pipelineId: 'pl_1', id: newest });
  await expect(late).rejects.toMatchObject({ code: 'CONFLICT' });
  await requestReplay(letters, operator, { pipelineId: 'pl_1', id: oldest });
  const states = await letters.query('select state from dead_letter order by id desc');
  expect(states).toEqual([{ state: 'discarded' }, { state: 'replay_requested' }]);
  const elsewhere = discardDeadLetter(letters, operator, { pipelineId: 'pl_2', id: oldest });
  await expect(elsewhere).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const unfit = discardDeadLetter(letters, viewer, { pipelineId: 'pl_1', id: oldest });
  await expect(unfit).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

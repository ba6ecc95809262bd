import pg from 'pg';
import { expect, test } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { applyUpdates } from '@/server/domain/iceberg/apply-updates.ts';
import { newTableMetadata } from '@/server/domain/iceberg/new-table.ts';
import type { TableUpdate } from '@/server/domain/iceberg/updates.ts';
import { guardLease } from './lease-guard.ts';

const base = newTableMetadata({
  uuid: 'u',
  location: 'file:///w/t',
  schema: { type: 'struct', 'schema-id': 0, fields: [] },
  properties: { 'philotes.pipeline-id': 'p', 'philotes.lease-token': '6' },
  nowMs: 1n,
});
const commitOf = (updates: TableUpdate[]) => ({
  identifier: { namespace: ['n'], name: 't' },
  before: base,
  after: applyUpdates({ base: { metadata: base, location: 'file:///w/t/0' }, updates, nowMs: 2n }),
  updates,
});
const underToken = (token: string) =>
  commitOf([{ action: 'set-properties', updates: { 'philotes.pipeline-id': 'p', 'philotes.lease-token': token } }]);

test('only commits that state a passed lease are refused', async () => {
  await using database = await openTestDatabase();
  // The guard reads these columns only; the whole table hangs on pipelines that do not matter here.
  await database.query('create table lease (pipeline_id text, role text, token bigint)');
  await database.query(`insert into lease values ('p', 'commit', 7), ('p', 'capture', 8)`);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const tx = client as unknown as pg.PoolClient;
    expect(await guardLease(tx, [underToken('7')])).toBeNull();
    for (const token of ['6', '8', 'x', ''])
      expect(await guardLease(tx, [underToken(token)])).toMatch(/no longer held/);
    const foreign = commitOf([{ action: 'set-properties', updates: { theirs: '1' } }]);
    expect(await guardLease(tx, [foreign])).toBeNull();
    expect(await guardLease(tx, [underToken('7'), underToken('6')])).toMatch(/no longer held/);
  } finally {
    await client.end();
  }
});

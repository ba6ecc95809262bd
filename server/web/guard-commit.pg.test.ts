import { expect, it } from 'vitest';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import type { TableCommit } from '@/server/catalog/catalog-deps.ts';
import { guardCommit } from './guard-commit.ts';

/** The guard reads nothing but the updates. */
const commitWith = (properties: Record<string, string>) =>
  ({ updates: [{ action: 'set-properties', updates: properties }] }) as unknown as TableCommit;
const claim = (token: string, pipelineId = 'pl_1') =>
  commitWith({ 'philotes.pipeline-id': pipelineId, 'philotes.lease-token': token });

it('lets only the newest holder of the commit lease move pointers, and other writers pass', async () => {
  await using test = await openTestDatabase({ migrated: true });
  await test.query(`insert into source (id, name, host, port, database, username, tls_mode)
    values ('src_1', 's', 'h', 1, 'd', 'u', 'disable')`);
  await test.query(`insert into destination (id, name, catalog_kind, warehouse, catalog_auth, storage_kind, storage_root)
    values ('dst_1', 'd', 'embedded', 'd', 'bearer', 'file', 'file:///x')`);
  await test.query(`insert into pipeline (id, name, source_id, destination_id, namespace, settings)
    values ('pl_1', 'p', 'src_1', 'dst_1', 'n', '{}')`);
  await test.query(`insert into lease (pipeline_id, role, holder, token, expires_at)
    values ('pl_1', 'commit', 'w', 4, now()), ('pl_1', 'capture', 'w', 9, now())`);
  const database = openDatabase(test.url);
  const client = await database.pool.connect();
  const guard = (...commits: TableCommit[]) => guardCommit(client, commits);
  try {
    expect(await guard(claim('4'), claim('4'))).toBeNull();
    expect(await guard(commitWith({ owner: 'spark' }))).toBeNull();
    expect(await guard(claim('3'))).toMatch(/another worker/);
    expect(await guard(claim('9'))).toMatch(/another worker/);
    expect(await guard(claim('4'), claim('3'))).toMatch(/another worker/);
    expect(await guard(claim('1', 'pl_gone'))).toMatch(/pl_gone/);

    await client.query('begin');
    expect(await guard(claim('4'))).toBeNull();
    await expect(
      test.query(`set lock_timeout = '50ms'; update lease set token = 5 where role = 'commit'`),
    ).rejects.toThrow(/lock timeout/);
    await client.query('rollback');
  } finally {
    client.release();
    await database.close();
  }
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorage } from './open-storage.ts';
import type { Storage } from './storage.ts';
import { storageContract } from './testing/storage-contract.ts';

let server: S3rver;
let folder: string;
let storage: Storage & AsyncDisposable;
let tests = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'philotes-s3-'));
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'lake', configs: [] }],
  });
  const { port } = await server.run();
  storage = openStorage({
    kind: 's3',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    pathStyle: true,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
});
afterAll(async () => {
  await storage[Symbol.asyncDispose]();
  await server.close();
  await rm(folder, { recursive: true });
});

describe('s3 storage', () => {
  storageContract(async () => ({ storage, root: `s3://lake/test-${tests++}` }));

  it('keeps the scheme of the asked prefix in listings, so that paths compare equal', async () => {
    await storage.write('s3a://lake/scheme/1', Buffer.from('x'));
    for await (const object of storage.list('s3a://lake/scheme/')) expect(object.uri).toBe('s3a://lake/scheme/1');
  });

  it('says that a bucket is missing and that a server is unreachable', async () => {
    await expect(storage.read('s3://nobucket/x')).rejects.toMatchObject({ code: 'STORAGE_FILE_MISSING' });
    await using nowhere = openStorage({
      kind: 's3',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    await expect(nowhere.read('s3://lake/x')).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
  });
});

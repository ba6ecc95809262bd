import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { expect, test } from 'vitest';
import { openS3MetadataStore } from './s3-metadata-store.ts';

test('objects are written, read and deleted below the root only, and missing ones are null', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'philotes-s3-'));
  const configureBuckets = [{ name: 'lake', configs: [] }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await server.run();
  try {
    using store = openS3MetadataStore({
      root: 's3://lake/warehouse/',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      pathStyle: true,
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    });
    const uri = 's3://lake/warehouse/t/metadata/00000-a b%41.metadata.json';
    expect(await store.read(uri)).toBeNull();
    await store.write(uri, Buffer.from('{}'));
    expect((await store.read(uri))?.toString()).toBe('{}');
    await store.delete(uri);
    await store.delete(uri);
    expect(await store.read(uri)).toBeNull();
    for (const outside of ['s3://lake/other/x', 's3://lake/warehouse/../x', 's3://else/warehouse/x', 'file:///etc/x']) {
      await expect(store.read(outside)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(store.write(outside, Buffer.from('x'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  } finally {
    await server.close();
    await rm(directory, { recursive: true });
  }
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Storage } from '../storage.ts';

type World = { readonly storage: Storage; readonly root: string };

/** What every store promises. `world` gives a store and a folder URI (no trailing slash) in it for this test alone. */
export function storageContract(world: () => Promise<World>): void {
  it('gives back what was written, whole and by range', async () => {
    const { storage, root } = await world();
    const uri = `${root}/metadata/a b%20c.avro`;
    await storage.write(uri, Buffer.from('0123456789'));
    expect((await storage.read(uri)).toString()).toBe('0123456789');
    expect((await storage.readRange(uri, 3, 4)).toString()).toBe('3456');
    await expect(storage.readRange(uri, 8, 4)).rejects.toMatchObject({ code: 'STORAGE_FILE_MISSING' });
  });

  it('stores local files, small, empty and larger than a part, and may store one twice', async () => {
    const { storage, root } = await world();
    const folder = await mkdtemp(join(tmpdir(), 'philotes-storage-'));
    try {
      for (const bytes of [0, 5, 17 * 1024 * 1024]) {
        const local = join(folder, `file-${bytes}`);
        await writeFile(local, Buffer.alloc(bytes, 7));
        const uri = `${root}/data/file-${bytes}.parquet`;
        await storage.upload(local, uri);
        await storage.upload(local, uri, { signal: new AbortController().signal });
        expect((await storage.read(uri)).length).toBe(bytes);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('does not start an upload that is already aborted, and names a missing local file', async () => {
    const { storage, root } = await world();
    await expect(storage.upload('/nowhere/x', `${root}/x`, { signal: AbortSignal.abort() })).rejects.toThrow();
    await expect(storage.upload('/nowhere/x', `${root}/x`)).rejects.toMatchObject({ code: 'STORAGE_FILE_MISSING' });
  });

  it('says which file is missing', async () => {
    const { storage, root } = await world();
    await storage.write(`${root}/present`, Buffer.from('x'));
    await expect(storage.read(`${root}/absent`)).rejects.toMatchObject({ code: 'STORAGE_FILE_MISSING' });
    await expect(storage.read('ftp://elsewhere/absent')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('deletes files, gone ones included', async () => {
    const { storage, root } = await world();
    await storage.write(`${root}/x/1`, Buffer.from('x'));
    await storage.write(`${root}/x/2`, Buffer.from('x'));
    await storage.delete([`${root}/x/1`, `${root}/x/never`, `${root}/nofolder/never`]);
    await storage.delete([]);
    expect(await listed(storage, `${root}/x/`)).toEqual([`${root}/x/2`]);
  });

  it('lists below a folder with sizes, and nothing below one that is not there', async () => {
    const { storage, root } = await world();
    await storage.write(`${root}/t/data/1.parquet`, Buffer.from('abc'));
    await storage.write(`${root}/t/metadata/1.avro`, Buffer.from('abcd'));
    await storage.write(`${root}/t2/other`, Buffer.from('x'));
    expect((await listed(storage, `${root}/t/`)).sort()).toEqual([
      `${root}/t/data/1.parquet`,
      `${root}/t/metadata/1.avro`,
    ]);
    for await (const object of storage.list(`${root}/t/data/`)) {
      expect(object.bytes).toBe(3);
      expect(Math.abs(object.modifiedAtMs - Date.now())).toBeLessThan(3_600_000);
    }
    expect(await listed(storage, `${root}/nothing/`)).toEqual([]);
  });
}

async function listed(storage: Storage, prefix: string): Promise<string[]> {
  const uris: string[] = [];
  for await (const object of storage.list(prefix)) uris.push(object.uri);
  return uris;
}

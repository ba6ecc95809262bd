import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openStorage } from './open-storage.ts';
import { storageContract } from './testing/storage-contract.ts';

const folders: string[] = [];
async function openTemporary() {
  const folder = await mkdtemp(join(tmpdir(), 'philotes-warehouse-'));
  folders.push(folder);
  return { folder, root: `file://${folder}`, storage: openStorage({ kind: 'file', root: folder }) };
}
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe('file storage', () => {
  storageContract(openTemporary);

  it.each(['/../outside', '/a/../../outside', '-sibling/x'])('refuses to leave its root by %s', async (tail) => {
    const { storage, root } = await openTemporary();
    await expect(storage.write(`${root}${tail}`, Buffer.from('x'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(() => storage.localPath(`${root}${tail}`)).toThrow(/not a file of this warehouse/);
  });

  it('refuses links that lead out of its root, for reading, writing and deleting', async () => {
    const { storage, root, folder } = await openTemporary();
    const outside = await openTemporary();
    await writeFile(join(outside.folder, 'secret'), 'x');
    await symlink(outside.folder, join(folder, 'link'));
    await expect(storage.read(`${root}/link/secret`)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(storage.write(`${root}/link/new`, Buffer.from('x'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(storage.delete([`${root}/link/secret`])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await readdir(outside.folder)).toEqual(['secret']);
  });

  it('leaves no temporary files behind and says where a file lies', async () => {
    const { storage, root, folder } = await openTemporary();
    await storage.write(`${root}/data/1`, Buffer.from('x'));
    expect(await readdir(join(folder, 'data'))).toEqual(['1']);
    const path = storage.localPath(`${root}/data/1`);
    expect(path).toBe(join(folder, 'data', '1'));
    expect(await readFile(path ?? '', 'utf8')).toBe('x');
  });
});

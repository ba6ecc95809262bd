import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileMetadataStore } from './file-metadata-store.ts';

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'philotes-metadata-'));
  root = join(folder, 'lake');
});
afterEach(() => rm(folder, { recursive: true }));

test('files are written whole, read, deleted, and missing ones are null', async () => {
  const store = openFileMetadataStore(root);
  const uri = `file://${root}/t/metadata/0 %41.json`;
  expect(await store.read(uri)).toBeNull();
  await store.write(uri, Buffer.from('x'));
  expect(await readdir(join(root, 't/metadata'))).toEqual(['0 %41.json']);
  expect((await store.read(uri.replace('file://', 'file:')))?.toString()).toBe('x');
  await store.delete(uri);
  await store.delete(uri);
  await store.delete(`file://${root}/never/was`);
  expect(await store.read(uri)).toBeNull();
});

test('nothing outside the root is touched, not even through links', async () => {
  const store = openFileMetadataStore(root);
  await mkdir(root);
  await mkdir(join(folder, 'secret'));
  await writeFile(join(folder, 'secret/a'), 'a');
  await symlink(join(folder, 'secret'), join(root, 'link'));
  const outside = [
    `file://${root}/../secret/a`,
    `file://${root}-sibling/a`,
    `file://${folder}/secret/a`,
    `file://${root}/link/a`,
    `file://${root}/link/new/b`,
    `s3://bucket/a`,
    `file://host${root}/a`,
    root,
  ];
  for (const uri of outside) {
    await expect(store.write(uri, Buffer.from('x'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  }
  for (const uri of outside.filter((known) => !known.includes('/new/'))) {
    await expect(store.read(uri)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(store.delete(uri)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  }
  expect(await readdir(join(folder, 'secret'))).toEqual(['a']);
});

import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trimCache } from './trim-cache.ts';

test('the cache keeps what was used lately, within its size', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'philotes-cache-'));
  const file = async (name: string, minutesAgo: number) => {
    await writeFile(join(dir, name), Buffer.alloc(100));
    const then = new Date(Date.now() - minutesAgo * 60_000);
    await utimes(join(dir, name), then, then);
  };
  await file('now', 0);
  await file('soon', 5);
  await file('recent', 20);
  await file('older', 40);
  await file('unused', 70);
  await trimCache(dir);
  expect((await readdir(dir)).sort()).toEqual(['now', 'older', 'recent', 'soon']);
  await trimCache(dir, { bytesMax: 150 });
  expect((await readdir(dir)).sort()).toEqual(['now', 'soon']);
  await trimCache(join(dir, 'missing'));
  await rm(dir, { recursive: true });
});

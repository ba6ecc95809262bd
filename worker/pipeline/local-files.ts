import { createHash } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '@/worker/storage/storage.ts';

/**
 * A local path for a file of the warehouse: the file itself where the warehouse is local, else a copy in the worker's
 * cache. Warehouse files never change under their name, so a cached copy never goes stale.
 */
export async function localFile(
  storage: Storage,
  { uri, cacheDir }: { uri: string; cacheDir: string },
): Promise<string> {
  const direct = storage.localPath(uri);
  if (direct !== null) return direct;
  const path = join(cacheDir, `${createHash('sha256').update(uri).digest('hex')}.parquet`);
  if (await exists(path)) return path;
  await mkdir(cacheDir, { recursive: true });
  const partial = `${path}.${process.pid}.${performance.now()}.partial`;
  await writeFile(partial, await storage.read(uri));
  await rename(partial, path);
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

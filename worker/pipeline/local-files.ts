import { createHash } from 'node:crypto';
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LakeFile } from '@/worker/columnar/read-lake-files.ts';
import type { Storage } from '@/worker/storage/storage.ts';

/** Where a worker keeps copies of the warehouse's files. */
export const cacheDir = (workDir: string): string => join(workDir, 'cache');

/**
 * A local path for a file of the warehouse: the file itself where the warehouse is local, else a copy in the worker's
 * cache. Warehouse files never change under their name, so a cached copy never goes stale.
 */
export async function localFile(storage: Storage, { uri, workDir }: { uri: string; workDir: string }): Promise<string> {
  const direct = storage.localPath(uri);
  if (direct !== null) return direct;
  const path = join(cacheDir(workDir), `${createHash('sha256').update(uri).digest('hex')}.parquet`);
  if (await touched(path)) return path;
  await mkdir(cacheDir(workDir), { recursive: true });
  const partial = `${path}.${process.pid}.${performance.now()}.partial`;
  await writeFile(partial, await storage.read(uri));
  await rename(partial, path);
  return path;
}

/** The same for several files of a lake table. */
export const localFiles = (
  storage: Storage,
  { files, workDir }: { files: readonly { readonly path: string }[]; workDir: string },
): Promise<LakeFile[]> =>
  Promise.all(files.map(async ({ path }) => ({ path, localPath: await localFile(storage, { uri: path, workDir }) })));

/** Whether the file is there; notes that it is in use (see trim-cache.ts). */
async function touched(path: string): Promise<boolean> {
  try {
    const now = new Date();
    await utimes(path, now, now);
    return true;
  } catch {
    return false;
  }
}

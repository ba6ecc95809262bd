import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file nobody has asked for since is probably merged away. */
const UNUSED_MS_MAX = 60 * 60_000;
/** Whoever has just got a file's path may not have opened it yet. */
const FRESH_MS = 10 * 60_000;
const BYTES_MAX = 8 * 1024 ** 3;

/** Forgets cached files of the warehouse: those unused for an hour, and the oldest beyond eight gigabytes. */
export async function trimCache(cacheDir: string, { bytesMax = BYTES_MAX }: { bytesMax?: number } = {}): Promise<void> {
  const names = await readdir(cacheDir).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(cacheDir, name);
      const found = await stat(path).catch(() => null);
      return found && { path, bytes: found.size, unusedMs: Date.now() - found.mtimeMs };
    }),
  );
  let bytes = 0;
  for (const file of files.filter((one) => one !== null).sort((a, b) => a.unusedMs - b.unusedMs)) {
    bytes += file.bytes;
    if (file.unusedMs > UNUSED_MS_MAX || (bytes > bytesMax && file.unusedMs > FRESH_MS)) {
      await rm(file.path, { force: true });
    }
  }
}

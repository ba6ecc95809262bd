import type { Storage } from '@/worker/storage/storage.ts';
import { type ManifestEntry, readManifest } from './manifest.ts';
import { type ManifestFile, readManifestList } from './manifest-list.ts';

export type ManifestReader = {
  manifests(manifestList: string): Promise<readonly ManifestFile[]>;
  entries(manifest: ManifestFile): Promise<readonly ManifestEntry[]>;
  /** Forgets what an older snapshot's manifest list leads to and the newer one's does not: commits will not ask again. */
  supersede(older: string, newer: string): Promise<void>;
};

/** In memory a parsed manifest takes some ten times its file. */
const CACHE_FILE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Reads manifests and manifest lists, which never change, through a bounded cache by path that forgets the least
 * recently used first. One per table store and process; failed reads are not remembered.
 */
export function createManifestReader(storage: Storage, cacheBytesMax = CACHE_FILE_BYTES_MAX): ManifestReader {
  const cache = new Map<string, { value: Promise<unknown>; bytes: number }>();
  let cachedBytes = 0;

  const forget = (path: string) => {
    cachedBytes -= cache.get(path)?.bytes ?? 0;
    cache.delete(path);
  };

  async function load<T>(path: string, parse: (bytes: Buffer) => T): Promise<T> {
    const known = cache.get(path);
    if (known) {
      cache.delete(path);
      cache.set(path, known);
      return known.value as Promise<T>;
    }
    const slot = { value: Promise.resolve() as Promise<unknown>, bytes: 0 };
    const value = storage.read(path).then((bytes) => {
      if (cache.get(path) === slot) {
        slot.bytes = bytes.length;
        cachedBytes += bytes.length;
        for (const oldest of cache.keys()) {
          if (cachedBytes <= cacheBytesMax) break;
          forget(oldest);
        }
      }
      return parse(bytes);
    });
    slot.value = value;
    cache.set(path, slot);
    value.catch(() => {
      if (cache.get(path) === slot) forget(path);
    });
    return value;
  }

  const manifests = (path: string) => load(path, (bytes) => readManifestList(bytes, path));

  return {
    manifests,
    async supersede(older, newer) {
      if (older === newer || !cache.has(older)) return;
      const kept = new Set((await manifests(newer)).map(({ path }) => path));
      for (const { path } of await manifests(older)) if (!kept.has(path)) forget(path);
      forget(older);
    },
    entries: (manifest) => load(manifest.path, (bytes) => readManifest(bytes, manifest)),
  };
}

import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { AppError } from '@/server/errors/app-error.ts';
import type { MetadataStore } from './metadata-store.ts';

/**
 * Files of a warehouse on this machine. Paths are taken literally, without percent-decoding, as the table format's
 * readers do. Nothing outside `rootFolder` is touched, also not through links. Throws AppError INVALID_INPUT for such URIs.
 */
export function openFileMetadataStore(rootFolder: string): MetadataStore {
  const root = normalize(rootFolder).replace(/\/+$/, '');
  return {
    async read(uri) {
      try {
        return await readFile(await existing(root, pathOf(root, uri)));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async write(uri, bytes) {
      const path = pathOf(root, uri);
      await mkdir(root, { recursive: true });
      await existing(root, await nearestFolder(dirname(path)));
      await mkdir(dirname(path), { recursive: true });
      await writeDurably(path, bytes);
    },
    async delete(uri) {
      const path = pathOf(root, uri);
      try {
        await existing(root, dirname(path));
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      await rm(path, { force: true });
    },
  };
}

/** A crash leaves the old state or the whole new file: contents first, then the name, then the folder's entry. */
async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await using file = await open(temporary, 'wx', 0o644);
    await file.writeFile(bytes);
    await file.sync();
    await rename(temporary, path);
    await using folder = await open(dirname(path), 'r');
    await folder.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function pathOf(root: string, uri: string): string {
  const path = /^file:(?:\/\/)?(\/[^\0]*)$/.exec(uri)?.[1];
  const inside = path !== undefined && normalize(path) === path && path.startsWith(root + sep);
  if (!inside) throw outside(uri);
  return path;
}

/** The path with its links resolved; throws when they lead out of the root. */
async function existing(root: string, path: string): Promise<string> {
  const [real, realRoot] = await Promise.all([realpath(path), realpath(root)]);
  if (real !== realRoot && !real.startsWith(realRoot + sep)) throw outside(`file://${path}`);
  return real;
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return await realpath(folder);
    } catch (error) {
      if (!isMissing(error) || folder === dirname(folder)) throw error;
    }
  }
}

const outside = (uri: string) => new AppError('INVALID_INPUT', `not a file of this warehouse: ${uri}`);

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '@/server/errors/app-error.ts';
import { codedFileError, isMissing } from './file-errors.ts';
import type { Storage, StoredObject } from './storage.ts';

/**
 * A warehouse in a folder of this machine. URIs are `file:///absolute/path`; the path is taken literally (no percent
 * decoding), as DuckDB, pyiceberg and Hadoop do. Links that lead out of the root are refused.
 */
export function openFileStorage(rootFolder: string): Storage & AsyncDisposable {
  const root = resolve(rootFolder);
  return {
    async upload(localPath, uri, { signal } = {}) {
      const target = pathOf(root, uri);
      await coded(uri, async () => {
        signal?.throwIfAborted();
        await prepareFolder(root, dirname(target));
        const temporary = temporaryName(target);
        try {
          await linkOrCopy(localPath, temporary);
          await publish(temporary, target);
        } finally {
          await rm(temporary, { force: true });
        }
      });
    },

    async write(uri, bytes) {
      const target = pathOf(root, uri);
      await coded(uri, async () => {
        await prepareFolder(root, dirname(target));
        const temporary = temporaryName(target);
        try {
          const file = await open(temporary, 'wx', 0o644);
          try {
            await file.writeFile(bytes);
          } finally {
            await file.close();
          }
          await publish(temporary, target);
        } finally {
          await rm(temporary, { force: true });
        }
      });
    },

    read: (uri) => coded(uri, async () => readFile(await confined(root, pathOf(root, uri)))),

    readRange: (uri, offset, length) =>
      coded(uri, async () => {
        await using file = await open(await confined(root, pathOf(root, uri)), constants.O_RDONLY);
        const bytes = Buffer.alloc(length);
        let read = 0;
        while (read < length) {
          const { bytesRead } = await file.read(bytes, read, length - read, offset + read);
          if (bytesRead === 0)
            throw new AppError('STORAGE_FILE_MISSING', `file ends before byte ${offset + length}: ${uri}`);
          read += bytesRead;
        }
        return bytes;
      }),

    async delete(uris) {
      for (const uri of uris) {
        await coded(uri, async () => {
          const path = pathOf(root, uri);
          const folder = await confined(root, dirname(path)).catch((error: unknown) => {
            if (isMissing(error)) return null;
            throw error;
          });
          if (folder !== null) await rm(path, { force: true });
        });
      }
    },

    list: (prefix) => walk(root, pathOf(root, prefix)),

    /** A half-written file is a file with a temporary name, which a listing shows. */
    abandonUploads: async () => 0,

    localPath: (uri) => pathOf(root, uri),

    async [Symbol.asyncDispose]() {},
  };
}

/** The path that a URI names; INVALID_INPUT when it is no file URI or lies outside the root. */
function pathOf(root: string, uri: string): string {
  const literal = /^file:(?:\/\/)?(\/(?!\/).*)$/.exec(uri)?.[1];
  const path = literal === undefined ? null : resolve(literal);
  if (literal === undefined || path === null || literal.includes('\0') || !isInside(root, path)) {
    throw new AppError('INVALID_INPUT', `not a file of this warehouse: ${uri}`);
  }
  return path;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/** The path with links resolved, refused when a link leads out of the root. */
async function confined(root: string, path: string): Promise<string> {
  const [realRoot, realPath] = await Promise.all([realpath(root), realpath(path)]);
  if (!isInside(realRoot, realPath)) throw new AppError('INVALID_INPUT', 'a link leads out of the warehouse');
  return realPath;
}

/** Makes the folder durable, too: a file in a folder that a power cut forgets is lost. */
async function prepareFolder(root: string, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  await confined(root, folder);
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isMissing(error)) throw error;
    // Another file system, or one without hard links.
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}

/** Content first, then the name, then the folder that holds the name. */
async function publish(temporary: string, target: string): Promise<void> {
  await sync(temporary);
  await rename(temporary, target);
  await sync(dirname(target));
}

async function sync(path: string): Promise<void> {
  await using file = await open(path, constants.O_RDONLY);
  await file.sync();
}

/** Beside the target, so that the rename is atomic; the leading dot keeps engines from reading it. */
const temporaryName = (target: string): string => join(dirname(target), `.${randomUUID()}.tmp`);

async function* walk(root: string, folder: string): AsyncGenerator<StoredObject> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw codedFileError(error, `cannot list ${folder}`);
  });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!isInside(root, path)) continue;
    const found = await stat(path).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw codedFileError(error, `cannot list ${folder}`);
    });
    if (found) yield { uri: `file://${path}`, bytes: found.size, modifiedAtMs: found.mtimeMs };
  }
}

async function coded<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw codedFileError(error, `storage failed on ${uri}`);
  }
}

import { type FileHandle, open, rename } from 'node:fs/promises';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import { schemaHash, type TableSchema } from '@/server/domain/table-schema.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { type Doubt, hasDoubt } from './exact-read.ts';
import { parkLongLines } from './long-lines.ts';
import type { Reject } from './reject.ts';
import { doubtsOf } from './stage-select.ts';

/** A row block in hand, or the path of a file with its bytes, which is the taker's. */
export type ChangeBlock = { readonly schema: TableSchema; readonly rows: number } & (
  | { readonly bytes: Buffer }
  | { readonly path: string }
);

/** Rows of one schema version next to each other in the stream. */
export type ScratchFile = { readonly path: string; readonly schema: TableSchema; readonly rows: number };

/** Files of one schema version next to each other in the stream. */
export type ScratchGroup = {
  readonly schema: TableSchema;
  readonly files: readonly ScratchFile[];
  readonly rows: number;
  /** The bytes hold a text that a typed read could get wrong. */
  readonly careful: boolean;
};

type Growing = {
  schema: TableSchema;
  hash: string;
  files: (ScratchFile & { rows: number })[];
  rows: number;
  careful: boolean;
  doubts: Set<Doubt>;
};

/**
 * Puts blocks into the session's scratch folder, in stream order: those in hand one behind the other in a file, those that
 * are files already by moving them. Rows too long to load become rejects.
 */
export async function writeScratchFiles(
  session: ColumnarSession,
  { lake, blocks }: { lake: LakeTable; blocks: AsyncIterable<ChangeBlock> },
): Promise<{ groups: readonly ScratchGroup[]; rejects: readonly Reject[] }> {
  const groups: Growing[] = [];
  const rejects: Reject[] = [];
  let handle: FileHandle | null = null;
  let reading: Buffer = Buffer.alloc(0);
  const newPath = () => session.scratchPath(`${session.newName('block')}.csv`);
  try {
    for await (const block of blocks) {
      const { schema } = block;
      let group = groups.at(-1);
      const hash = group?.schema === schema ? group.hash : schemaHash(schema);
      if (!group || group.hash !== hash) {
        await handle?.close();
        handle = null;
        group = { schema, hash, files: [], rows: 0, careful: false, doubts: doubtsOf({ lake, schema }) };
        groups.push(group);
      }
      if ('path' in block) {
        await handle?.close();
        handle = null;
        const path = newPath();
        await rename(block.path, path);
        group.files.push({ path, schema, rows: block.rows });
        group.rows += block.rows;
        if (group.careful || group.doubts.size === 0) continue;
        reading = await readInto(reading, path);
        group.careful = hasDoubt(reading, group.doubts);
        continue;
      }
      const { kept, rejects: long } = parkLongLines(block.bytes, schema);
      rejects.push(...long);
      let file = group.files.at(-1);
      if (!handle || !file) {
        file = { path: newPath(), schema, rows: 0 };
        handle = await open(file.path, 'wx');
        group.files.push(file);
      }
      for (const lines of kept) await handle.writeFile(lines);
      file.rows += block.rows - long.length;
      group.rows += block.rows - long.length;
      group.careful ||= hasDoubt(block.bytes, group.doubts);
    }
  } finally {
    await handle?.close();
  }
  return { groups, rejects };
}

/** The file's bytes, in `buffer` where they fit: new large buffers cost whole collections. */
async function readInto(buffer: Buffer, path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const room = size <= buffer.buffer.byteLength ? Buffer.from(buffer.buffer) : Buffer.allocUnsafeSlow(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(room, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return room.subarray(0, length);
  } finally {
    await file.close();
  }
}

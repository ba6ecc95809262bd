import { type FileHandle, open, rename, stat, writeFile } from 'node:fs/promises';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import { schemaHash, type TableSchema } from '@/server/domain/table-schema.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { type Doubt, hasDoubt } from './exact-read.ts';
import { cutLargeLine, type LargeValue, linePieces } from './large-rows.ts';
import { isWide, PART_BYTES } from './row-width.ts';
import { doubtsOf } from './stage-select.ts';

/** A row block in hand, or the path of a file with its bytes, which is the taker's. */
export type ChangeBlock = {
  readonly schema: TableSchema;
  readonly rows: number;
  /** Rows may lack values that are too large. */
  readonly hasOmitted?: boolean;
} & ({ readonly bytes: Buffer } | { readonly path: string });

/** Rows of one schema version next to each other in the stream. */
export type ScratchFile = {
  readonly path: string;
  readonly schema: TableSchema;
  readonly rows: number;
  /** The line as it came, where `path` has a single row whose long values were taken out. */
  readonly whole?: string;
};

/** Files of one schema version next to each other in the stream. */
export type ScratchGroup = {
  readonly schema: TableSchema;
  readonly files: readonly ScratchFile[];
  readonly rows: number;
  /** Of text. */
  readonly bytes: number;
  /** The bytes hold a text that a typed read could get wrong. */
  readonly careful: boolean;
  readonly hasOmitted: boolean;
  /** Many of such rows would not fit into memory at once: there are no more than PART_BYTES of them, or one. */
  readonly wide: boolean;
  /** Values that were taken out of the only row, by index into the schema's columns. */
  readonly large: ReadonlyMap<number, LargeValue> | null;
};

type Growing = {
  schema: TableSchema;
  hash: string;
  files: (ScratchFile & { rows: number })[];
  rows: number;
  bytes: number;
  careful: boolean;
  hasOmitted: boolean;
  wide: boolean;
  large: ReadonlyMap<number, LargeValue> | null;
  doubts: Set<Doubt>;
};

/**
 * Puts blocks into the session's scratch folder, in stream order: those in hand one behind the other in a file, those that
 * are files already by moving them.
 */
export async function writeScratchFiles(
  session: ColumnarSession,
  { lake, blocks }: { lake: LakeTable; blocks: AsyncIterable<ChangeBlock> },
): Promise<readonly ScratchGroup[]> {
  const groups: Growing[] = [];
  let handle: FileHandle | null = null;
  let reading: Buffer = Buffer.alloc(0);
  const newPath = () => session.scratchPath(`${session.newName('block')}.csv`);
  const close = async () => {
    await handle?.close();
    handle = null;
  };
  /** The group that takes so many rows next. */
  const groupFor = async (
    { schema, hasOmitted = false }: ChangeBlock,
    piece: { rows: number; bytes: number; large: ReadonlyMap<number, LargeValue> | null },
  ): Promise<Growing> => {
    const { rows, bytes, large } = piece;
    const last = groups.at(-1);
    const hash = last?.schema === schema ? last.hash : schemaHash(schema);
    const wide = large !== null || isWide(piece);
    const fits = last && !large && !last.large && (last.bytes + bytes <= PART_BYTES || !(wide || last.wide));
    if (last && last.hash === hash && fits) {
      last.rows += rows;
      last.bytes += bytes;
      last.wide ||= wide;
      last.hasOmitted ||= hasOmitted;
      return last;
    }
    await close();
    const doubts = last?.hash === hash ? last.doubts : doubtsOf({ lake, schema });
    const group = { schema, hash, files: [], rows, bytes, careful: false, hasOmitted, wide, large, doubts };
    groups.push(group);
    return group;
  };
  try {
    for await (const block of blocks) {
      const { schema } = block;
      if ('path' in block) {
        await close();
        const path = newPath();
        await rename(block.path, path);
        const group = await groupFor(block, { rows: block.rows, bytes: await sizeOf(path), large: null });
        group.files.push({ path, schema, rows: block.rows });
        if (group.careful || group.doubts.size === 0) continue;
        reading = await readInto(reading, path);
        group.careful = hasDoubt(reading, group.doubts);
        continue;
      }
      for (const { bytes, rows, isLarge } of linePieces(block.bytes, block.rows)) {
        if (isLarge) {
          const cut = { format: 'block', line: bytes, lake, schema } as const;
          const { line, values, hasOmitted } = await cutLargeLine(session, cut);
          const group = await groupFor({ ...block, hasOmitted }, { rows, bytes: bytes.length, large: values });
          const [path, whole] = [newPath(), newPath()];
          await writeFile(path, line, { flag: 'wx' });
          if (!hasOmitted) await writeFile(whole, bytes, { flag: 'wx' });
          group.files.push({ path, schema, rows, ...(hasOmitted ? {} : { whole }) });
          group.careful = hasDoubt(line, group.doubts);
          continue;
        }
        const group = await groupFor(block, { rows, bytes: bytes.length, large: null });
        let file = group.files.at(-1);
        if (!handle || !file) {
          file = { path: newPath(), schema, rows: 0 };
          handle = await open(file.path, 'wx');
          group.files.push(file);
        }
        await (handle as FileHandle).writeFile(bytes);
        file.rows += rows;
        group.careful ||= hasDoubt(bytes, group.doubts);
      }
    }
  } finally {
    await close();
  }
  // What is little altogether needs no care.
  const isLittle = groups.reduce((sum, group) => sum + group.bytes, 0) <= PART_BYTES;
  return groups.map((group) => ({ ...group, wide: group.large !== null || (group.wide && !isLittle) }));
}

const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;

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

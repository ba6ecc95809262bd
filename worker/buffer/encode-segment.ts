import { randomUUID } from 'node:crypto';
import { compress } from 'lz4-napi';
import type { Segment } from '@/server/domain/segment.ts';

/** Where one block stands in a segment's payload. */
export type DirectoryEntry = {
  /** Names these very bytes; absent in segments of older versions. */
  readonly id?: string;
  readonly table: number;
  readonly schema: string;
  readonly rows: number;
  readonly offset: number;
  /** Compressed bytes. */
  readonly length: number;
  readonly raw: number;
  readonly unchanged: boolean;
  readonly truncate: boolean;
  /** Rows may lack values that are too large; absent means no. */
  readonly omitted?: boolean;
};

export type EncodedSegment = {
  readonly directory: readonly DirectoryEntry[];
  /** One part per block, in the directory's order. */
  readonly payload: readonly Buffer[];
  /** Of the whole payload. */
  readonly bytes: number;
  readonly rawBytes: number;
};

/** Where blocks are kept at hand beside the buffer. */
export type BlockKeeper = { keep(id: string, bytes: Buffer): Promise<void> };

/** Compresses each block by itself (lz4, on the thread pool), so that one table can be read or moved without the rest. */
export async function encodeSegment(segment: Segment, keeper?: BlockKeeper): Promise<EncodedSegment> {
  const ids = segment.blocks.map(() => randomUUID());
  const [parts] = await Promise.all([
    Promise.all(segment.blocks.map((block) => compress(block.bytes))),
    Promise.all(segment.blocks.map((block, index) => keeper?.keep(ids[index] ?? '', block.bytes))),
  ]);
  const directory: DirectoryEntry[] = [];
  let offset = 0;
  let rawBytes = 0;
  for (const [index, block] of segment.blocks.entries()) {
    const length = parts[index]?.length ?? 0;
    directory.push({
      id: ids[index] ?? '',
      table: block.tableOid,
      schema: block.schemaHash,
      rows: block.rows,
      offset,
      length,
      raw: block.bytes.length,
      unchanged: block.hasUnchanged,
      truncate: block.hasTruncate,
      ...(block.hasOmitted ? { omitted: true } : {}),
    });
    offset += length;
    rawBytes += block.bytes.length;
  }
  return { directory, payload: parts, bytes: offset, rawBytes };
}

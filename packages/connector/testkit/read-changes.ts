import type { Segment } from '../../../server/domain/segment.ts';
import type { ChangeSource } from '../contract.ts';
import { parseRows } from './rows.ts';

/** Copies what it reads: a segment's bytes are the source's again when the next one is asked for. */
export async function readSegments(
  source: ChangeSource,
  isEnough: (read: readonly Segment[]) => boolean,
): Promise<Segment[]> {
  const read: Segment[] = [];
  for await (const segment of source.segments) {
    const blocks = segment.blocks.map((block) => ({ ...block, bytes: Buffer.from(block.bytes) }));
    read.push({ ...segment, blocks });
    if (isEnough(read)) break;
  }
  return read;
}

/** Segments until they hold so many rows; the rows. */
export const readRows = async (source: ChangeSource, count: number) =>
  parseRows(await readSegments(source, (read) => read.reduce((sum, { rows }) => sum + rows, 0) >= count));

/** As the source committed and wrote them. */
export const inOrder = (rows: ReturnType<typeof parseRows>) =>
  rows.toSorted((a, b) => (a.lsn === b.lsn ? a.ordinal - b.ordinal : a.lsn < b.lsn ? -1 : 1));

import { readFile } from 'node:fs/promises';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { csvRecords } from './csv-record.ts';
import type { ScratchFile } from './scratch-files.ts';

export type BlockLine = { readonly op: string; readonly bytes: Buffer; readonly schema: TableSchema };

/** The lines at `lsn,ordinal` positions, by position. */
export async function readLines(
  files: readonly ScratchFile[],
  wanted: ReadonlySet<string>,
): Promise<Map<string, BlockLine>> {
  const lines = new Map<string, BlockLine>();
  for (const { path, whole, schema } of files) {
    if (lines.size === wanted.size) break;
    const bytes = await readFile(path);
    for (const { start, end } of csvRecords(bytes)) {
      const { op, position } = linePosition(bytes, start, end);
      if (!wanted.has(position)) continue;
      const line = whole ? await readFile(whole) : Buffer.from(bytes.subarray(start, end));
      lines.set(position, { op, bytes: line, schema });
    }
  }
  return lines;
}

/** The bare fields that a block's line begins with. */
export function linePosition(bytes: Buffer, start: number, end: number): { op: string; position: string } {
  const [op = '', lsn = '0', ordinal = '0'] = bytes.toString('latin1', start, Math.min(end, start + 64)).split(',');
  return { op, position: `${lsn},${ordinal}` };
}

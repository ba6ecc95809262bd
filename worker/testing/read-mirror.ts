import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { liveFiles } from '@/worker/iceberg/live-files.ts';
import type { Lake } from '@/worker/pipeline/lake.ts';

/**
 * The mirror's rows as an engine sees them: data files less the positions that delete files name, by `id`. Without `utf8`,
 * values that are only bytes stay bytes.
 */
export async function readMirror(
  { catalog, storage, manifests }: Lake,
  table: { namespace: string[]; name: string },
  { utf8 = true }: { utf8?: boolean } = {},
): Promise<Record<string, unknown>[]> {
  const { metadata } = await catalog.loadTable(table);
  const live = await liveFiles({ metadata, reader: manifests });
  const read = async (path: string): Promise<Record<string, unknown>[]> => {
    const bytes = await storage.read(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    return parquetReadObjects({ file, compressors, utf8 });
  };
  const deleted = new Set<string>();
  for (const { file } of live.deletes) {
    for (const row of await read(file.path)) deleted.add(`${row.file_path} ${row.pos}`);
  }
  const rows: Record<string, unknown>[] = [];
  for (const { file } of live.data) {
    for (const [pos, row] of (await read(file.path)).entries()) if (!deleted.has(`${file.path} ${pos}`)) rows.push(row);
  }
  return rows.sort((a, b) => Number(a.id) - Number(b.id));
}

import type { LakeFile } from './iceberg-types.ts';
import { localPath, readManifests } from './manifests.ts';
import { readParquet } from './read-parquet.ts';
import type { CatalogTable } from './rest-catalog.ts';

/** Field ids that the spec reserves for position delete files. */
const FILE_PATH_ID = 2147483546;
const POSITION_ID = 2147483545;

/** The live rows of a table's current snapshot, in its schema's field order; position deletes are applied. */
export async function* readLake(table: CatalogTable): AsyncGenerator<unknown[][]> {
  if (table.manifestList === undefined) return;
  const files = await readManifests(table.manifestList);
  const deletes = await readPositionDeletes(files);
  const fieldIds = table.fields.map((field) => field.id);
  for (const file of files) {
    if (file.content !== 'data') continue;
    const deleted = deletes.get(file.path) ?? new Map<number, bigint>();
    let position = 0;
    for await (const rows of readParquet(localPath(file.path), fieldIds)) {
      const first = position;
      position += rows.length;
      // A delete hits data of its own or an older sequence number (spec: Scan Planning).
      yield rows.filter((_, index) => (deleted.get(first + index) ?? -1n) < file.sequenceNumber);
    }
    if (BigInt(position) !== file.rows) {
      throw new Error(`${file.path}: the manifest says ${file.rows} rows, the file has ${position}`);
    }
  }
}

/** Data file -> deleted position -> highest sequence number of a delete that names it. */
async function readPositionDeletes(files: readonly LakeFile[]): Promise<Map<string, Map<number, bigint>>> {
  const deletes = new Map<string, Map<number, bigint>>();
  for (const file of files) {
    if (file.content !== 'position-deletes') continue;
    for await (const rows of readParquet(localPath(file.path), [FILE_PATH_ID, POSITION_ID])) {
      for (const [path, position] of rows) {
        if (typeof path !== 'string' || position === null) throw new Error(`${file.path}: not a position delete file`);
        const positions = deletes.get(path) ?? new Map<number, bigint>();
        deletes.set(path, positions);
        const place = Number(position);
        const known = positions.get(place) ?? -1n;
        if (file.sequenceNumber > known) positions.set(place, file.sequenceNumber);
      }
    }
  }
  return deletes;
}

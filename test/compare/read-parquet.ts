import { type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { compressors } from 'hyparquet-compressors';

/** Text is kept as it is: a leading byte order mark stays, and bytes that are not UTF-8 are an error. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const parsers = {
  timestampFromMicroseconds: (micros: bigint) => micros,
  dateFromDays: (days: number) => days,
  // hyparquet passes undefined for nulls inside dictionaries.
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes),
};

/**
 * Reads the columns with these Iceberg field ids, row group by row group, without losing a digit: decimals as unscaled
 * integers (bigint, number or big-endian bytes), dates as days, times and timestamps as microseconds, binary as bytes.
 * A field that the file lacks is null.
 */
export async function* readParquet(path: string, fieldIds: readonly number[]): AsyncGenerator<unknown[][]> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  // As decimals the reader would hand out doubles; without the annotation it hands out what is stored.
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL' && element.logical_type?.type !== 'DECIMAL') continue;
    delete element.converted_type;
    delete element.logical_type;
  }
  const names = topLevelNames(metadata);
  const wanted = fieldIds.map((id) => names.get(id));
  const columns = wanted.filter((name) => name !== undefined);
  const places = wanted.map((name) => (name === undefined ? -1 : columns.indexOf(name)));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    let rows: unknown[][] = [];
    await parquetRead({
      file,
      metadata,
      columns,
      rowStart,
      rowEnd,
      compressors,
      parsers,
      utf8: false,
      geoparquet: false,
      onComplete: (read) => {
        rows = read;
      },
    });
    yield rows.map((row) => places.map((place) => (place === -1 ? null : row[place])));
    rowStart = rowEnd;
  }
}

function topLevelNames(metadata: FileMetaData): Map<number, string> {
  const names = new Map<number, string>();
  const [root, ...elements] = metadata.schema;
  let at = 0;
  for (let child = 0; child < (root?.num_children ?? 0); child++) {
    const element = elements[at];
    if (element?.field_id !== undefined) names.set(element.field_id, element.name);
    at += subtreeSize(elements, at);
  }
  return names;
}

/** The schema is a tree in depth-first order. */
function subtreeSize(elements: ReadonlyArray<{ num_children?: number }>, at: number): number {
  let size = 1;
  for (let child = 0; child < (elements[at]?.num_children ?? 0); child++) size += subtreeSize(elements, at + size);
  return size;
}

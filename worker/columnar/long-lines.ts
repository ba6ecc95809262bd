import type { TableSchema } from '@/server/domain/table-schema.ts';
import { csvRecords } from './csv-record.ts';
import { linePosition } from './read-lines.ts';
import type { Reject } from './reject.ts';

/** DuckDB holds some buffers of twice this size for each thread when lines may be this long. */
export const LINE_BYTES_MAX = 17_000_000;

/**
 * Takes lines longer than LINE_BYTES_MAX out of a block, as rejects: the CSV reader would count them without saying where
 * they are. Blocks of an ordinary size are not even looked at.
 */
export function parkLongLines(
  bytes: Buffer,
  schema: TableSchema,
): { kept: readonly Buffer[]; rejects: readonly Reject[] } {
  if (bytes.length <= LINE_BYTES_MAX) return { kept: [bytes], rejects: [] };
  const kept: Buffer[] = [];
  const rejects: Reject[] = [];
  let from = 0;
  for (const { start, end } of csvRecords(bytes)) {
    if (end - start <= LINE_BYTES_MAX) continue;
    const { op, position } = linePosition(bytes, start, end);
    const [lsn = '0', ordinal = '0'] = position.split(',');
    const reason = `the row is longer than ${LINE_BYTES_MAX / 1_000_000} MB`;
    const payload = Buffer.from(bytes.subarray(start, end));
    rejects.push({ lsn: BigInt(lsn), ordinal: BigInt(ordinal), op, column: null, reason, payload, schema });
    if (start > from) kept.push(bytes.subarray(from, start));
    from = end;
  }
  if (from < bytes.length) kept.push(bytes.subarray(from));
  return { kept, rejects };
}

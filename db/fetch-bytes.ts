import type { Pool } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** Signature, flags and extension length (manual: COPY, binary format). */
const HEADER_BYTES = 19;

/**
 * The rows of a query with one bytea column, as bytes. pg reads every result as text, which doubles the bytes of a
 * bytea; COPY in binary format does not. `sql` takes no parameters: callers put in numbers and our own names only.
 */
export async function fetchBytes(pool: Pool, sql: string): Promise<Buffer[]> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const parts: Buffer[] = [];
    for await (const part of client.query(copyTo(`copy (${sql}) to stdout (format binary)`)))
      parts.push(part as Buffer);
    return rowsOf(Buffer.concat(parts));
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}

function rowsOf(copy: Buffer): Buffer[] {
  const rows: Buffer[] = [];
  let at = HEADER_BYTES;
  while (copy.readInt16BE(at) !== -1) {
    const length = copy.readInt32BE(at + 2);
    at += 6;
    rows.push(copy.subarray(at, at + Math.max(length, 0)));
    at += Math.max(length, 0);
  }
  return rows;
}

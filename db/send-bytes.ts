import { type Connection, type Pool, Query } from 'pg';

const CODE_BIND = 0x42;
const TEXT = 0;
const BINARY = 1;

/**
 * Runs one statement whose last parameter is a bytea, given in pieces. pg would copy such a parameter four times on its
 * way out, and garbage of megabytes makes whole collections; here the pieces go to the socket as they are.
 */
export async function queryWithBytes(
  pool: Pool,
  { sql, values, bytes }: { sql: string; values: readonly string[]; bytes: readonly Buffer[] },
): Promise<{ rowCount: number | null }> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const query = new Query<never>(sql, (error, result) => (error ? reject(error) : resolve(result)));
      query.submit = (connection) => submit(connection, { sql, values, bytes });
      client.query(query);
    });
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}

/** Parse, bind, describe, execute, sync (manual: Message Formats), as the driver does it but for the bind. */
function submit(
  connection: Connection,
  { sql, values, bytes }: { sql: string; values: readonly string[]; bytes: readonly Buffer[] },
): void {
  const { stream } = connection;
  stream.cork();
  try {
    connection.parse({ name: '', text: sql, types: [] }, true);
    for (const part of bindMessage(values, bytes)) stream.write(part);
    connection.describe({ type: 'P', name: '' }, true);
    connection.execute({ portal: '', rows: '' }, true);
    connection.sync();
  } finally {
    stream.uncork();
  }
}

function bindMessage(values: readonly string[], bytes: readonly Buffer[]): readonly Buffer[] {
  const texts = values.map((value) => Buffer.from(value));
  const count = texts.length + 1;
  const textBytes = texts.reduce((sum, text) => sum + 4 + text.length, 0);
  const payloadBytes = bytes.reduce((sum, part) => sum + part.length, 0);
  // Code, length, two empty names, formats, and for the values their count and lengths.
  const head = Buffer.alloc(1 + 4 + 2 + 2 + 2 * count + 2 + textBytes + 4);
  const tail = Buffer.from([0, 1, 0, TEXT]);
  let at = head.writeUInt8(CODE_BIND);
  at = head.writeInt32BE(head.length - 1 + payloadBytes + tail.length, at);
  at = head.writeInt16BE(count, at + 2);
  for (let index = 1; index <= count; index++) at = head.writeInt16BE(index === count ? BINARY : TEXT, at);
  at = head.writeInt16BE(count, at);
  for (const text of texts) {
    at = head.writeInt32BE(text.length, at);
    at += text.copy(head, at);
  }
  head.writeInt32BE(payloadBytes, at);
  return [head, ...bytes, tail];
}

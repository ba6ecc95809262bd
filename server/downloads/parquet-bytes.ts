import parquet, { type ParquetSchema } from 'parquetjs-lite';

/**
 * A Parquet file, row group by row group, of rows that are read as the file is taken. A row leaves out what it has no value
 * for. (The library's own stream ends by calling back twice, which Node refuses.)
 */
export async function* parquetBytes(
  schema: ParquetSchema,
  rows: AsyncIterable<Record<string, unknown>>,
  { rowGroupSize }: { rowGroupSize: number },
): AsyncGenerator<Buffer> {
  const written: Buffer[] = [];
  const output = {
    write(bytes: Buffer, done: () => void) {
      written.push(bytes);
      done();
    },
    end: (done: () => void) => done(),
  };
  const writer = await parquet.ParquetWriter.openStream(schema, output, { rowGroupSize });
  for await (const row of rows) {
    await writer.appendRow(row);
    yield* written.splice(0);
  }
  await writer.close();
  yield* written;
}

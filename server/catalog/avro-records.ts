import avro from 'avsc';

/** The records of an Avro object container file, with longs as bigint. Rejects on a damaged file. */
export async function readAvroRecords(bytes: Buffer): Promise<Readonly<Record<string, unknown>>[]> {
  const decoder = new avro.streams.BlockDecoder({
    parseHook: (schema: avro.Schema) => avro.Type.forSchema(schema, { registry: { long: BIG_LONG } }),
  });
  decoder.end(bytes);
  const records: Readonly<Record<string, unknown>>[] = [];
  for await (const record of decoder) records.push(record);
  return records;
}

const BIG_LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

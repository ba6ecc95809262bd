import avro, { type Type } from 'avsc';

export type AvroSchema = string | readonly AvroSchema[] | AvroComplex;
type AvroComplex = { readonly type: AvroSchema; readonly [attribute: string]: unknown };

export type AvroField = {
  readonly name: string;
  readonly type: AvroSchema;
  readonly default?: null;
  readonly 'field-id': number;
};

/**
 * The codec of a schema: 64-bit longs as bigint, unions without wrappers, logical types as their plain base. A codec is
 * generated code, and a table's manifests all have the same schema, so the latest ones are kept.
 */
export function avroType(schema: AvroSchema): Type {
  const text = JSON.stringify(schema);
  const known = codecs.get(text);
  if (known) return known;
  const codec = avro.Type.forSchema(JSON.parse(text), { registry: { long: bigLong }, wrapUnions: false });
  const [oldest] = codecs.keys();
  if (codecs.size >= CODECS_MAX && oldest !== undefined) codecs.delete(oldest);
  codecs.set(text, codec);
  return codec;
}

/** Field id -> name of a record schema: Iceberg files are read by id, since writers differ in names. */
export function namesById(schema: AvroSchema): Map<number, string> {
  const names = new Map<number, string>();
  for (const field of fieldsOf(schema)) names.set(field['field-id'], field.name);
  return names;
}

/** A record schema's fields; the record may be one branch of an optional. */
export function fieldsOf(schema: AvroSchema): readonly AvroField[] {
  if (Array.isArray(schema)) return schema.flatMap((branch: AvroSchema) => fieldsOf(branch));
  if (typeof schema !== 'object' || !('fields' in schema)) return [];
  return (schema as unknown as { fields: readonly AvroField[] }).fields;
}

const bigLong = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: (value: number | string) => BigInt(value),
  toJSON: (value: bigint) => value.toString(),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** By the text of their schema, the oldest first. */
const codecs = new Map<string, Type>();
const CODECS_MAX = 64;

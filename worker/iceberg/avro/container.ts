import { randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { AppError } from '@/server/errors/app-error.ts';
import { type AvroSchema, avroType } from './avro-type.ts';

/** A record as the codec sees it: longs are bigint, ints numbers, bytes Buffers, absent optionals null. */
export type AvroRecord = Readonly<Record<string, unknown>>;

export type AvroContainer = {
  readonly schema: AvroSchema;
  /** The header's other entries, as text. */
  readonly header: ReadonlyMap<string, string>;
  readonly records: readonly AvroRecord[];
};

const MAGIC = Buffer.from('Obj\x01', 'latin1');
const SYNC_BYTES = 16;
/** Records are grouped into blocks of about this size. */
const BLOCK_BYTES = 64 * 1024;
/** Against a block that inflates without end; Iceberg's writers make manifests of about 8 MB. */
const BLOCK_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Writes an object container file (Avro 1.11 specification, Object Container Files) with codec null: readers exist that
 * fail on deflate blocks, and manifests are small. The schema goes into the header as given, field ids included.
 */
export function writeContainer(options: {
  schema: AvroSchema;
  header: Readonly<Record<string, string>>;
  records: Iterable<AvroRecord>;
}): Buffer {
  const type = avroType(options.schema);
  const sync = randomBytes(SYNC_BYTES);
  const entries = { 'avro.schema': JSON.stringify(options.schema), 'avro.codec': 'null', ...options.header };
  const meta = Object.fromEntries(Object.entries(entries).map(([key, text]) => [key, Buffer.from(text, 'utf8')]));
  const parts: Buffer[] = [MAGIC, metaType.toBuffer(meta), sync];

  let block: Buffer[] = [];
  let blockBytes = 0;
  const flush = () => {
    if (block.length === 0) return;
    parts.push(longType.toBuffer(block.length), longType.toBuffer(blockBytes), ...block, sync);
    block = [];
    blockBytes = 0;
  };
  for (const record of options.records) {
    const bytes = type.toBuffer(record);
    block.push(bytes);
    blockBytes += bytes.length;
    if (blockBytes >= BLOCK_BYTES) flush();
  }
  flush();
  return Buffer.concat(parts);
}

/** Reads an object container file with codec null or deflate. `name` is for messages. Throws LAKE_TABLE_UNSUPPORTED. */
export function readContainer(bytes: Buffer, name: string): AvroContainer {
  try {
    return decodeContainer(bytes);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('LAKE_TABLE_UNSUPPORTED', `not a readable Avro file: ${name}`, { cause: error });
  }
}

function decodeContainer(bytes: Buffer): AvroContainer {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new TypeError('no Avro magic');
  const meta = metaType.decode(bytes, MAGIC.length);
  const header = new Map<string, string>();
  for (const [key, value] of Object.entries(meta.value as Record<string, Buffer>))
    header.set(key, value.toString('utf8'));
  const schema = JSON.parse(header.get('avro.schema') ?? 'null') as AvroSchema;
  const codec = header.get('avro.codec') ?? 'null';
  if (codec !== 'null' && codec !== 'deflate') {
    throw new AppError('LAKE_TABLE_UNSUPPORTED', `Avro codec ${codec} is not supported`);
  }

  const type = avroType(schema);
  const records: AvroRecord[] = [];
  let at = meta.offset + SYNC_BYTES;
  const sync = bytes.subarray(meta.offset, at);
  while (at < bytes.length) {
    const count = longType.decode(bytes, at);
    const size = longType.decode(bytes, count.offset);
    const end = size.offset + size.value;
    if (end + SYNC_BYTES > bytes.length || !bytes.subarray(end, end + SYNC_BYTES).equals(sync)) {
      throw new TypeError('a block is cut short');
    }
    const stored = bytes.subarray(size.offset, end);
    const block = codec === 'null' ? stored : inflateRawSync(stored, { maxOutputLength: BLOCK_BYTES_MAX });
    let offset = 0;
    for (let i = 0; i < count.value; i += 1) {
      const decoded = type.decode(block, offset);
      if (decoded.offset < 0) throw new TypeError('a record is cut short');
      records.push(decoded.value as AvroRecord);
      offset = decoded.offset;
    }
    at = end + SYNC_BYTES;
  }
  return { schema, header, records };
}

const metaType = avroType({ type: 'map', values: 'bytes' });
/** Counts and sizes, which fit a number; records use 64-bit longs. */
const longType = avroType('int');

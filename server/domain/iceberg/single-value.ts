import type { PrimitiveType } from './schema.ts';

/**
 * A primitive in hand, by Iceberg type: boolean -> boolean; int, date -> number; long, time and timestamps -> bigint;
 * decimal -> the unscaled bigint; float, double -> number; string -> string; uuid -> its text form; fixed, binary -> Buffer.
 */
export type SingleValue = boolean | number | bigint | string | Buffer;

/**
 * The binary single-value form, as used by manifest bounds (spec: Appendix D, Binary single-value serialization).
 * Throws TypeError when the value does not fit the type, RangeError when it is out of the type's range.
 */
export function encodeSingleValue(type: PrimitiveType, value: SingleValue): Buffer {
  switch (kindOf(type)) {
    case 'boolean':
      return Buffer.from([expect(value, 'boolean') ? 1 : 0]);
    case 'int':
      return fill(4, (bytes) => bytes.writeInt32LE(expect(value, 'number')));
    case 'long':
      return fill(8, (bytes) => bytes.writeBigInt64LE(expect(value, 'bigint')));
    case 'float':
      return fill(4, (bytes) => bytes.writeFloatLE(expect(value, 'number')));
    case 'double':
      return fill(8, (bytes) => bytes.writeDoubleLE(expect(value, 'number')));
    case 'string':
      return Buffer.from(expect(value, 'string'), 'utf8');
    case 'uuid':
      return uuidBytes(expect(value, 'string'));
    case 'decimal':
      return encodeUnscaled(expect(value, 'bigint'));
    case 'binary':
      if (!Buffer.isBuffer(value)) throw new TypeError('binary takes a Buffer');
      return value;
  }
}

/**
 * Reads the binary single-value form. Bounds keep the width the column had when the file was written, so 4 bytes are
 * accepted for long and double (spec: Schema Evolution, type promotion). Throws TypeError on any other wrong length.
 */
export function decodeSingleValue(type: PrimitiveType, bytes: Buffer): SingleValue {
  const kind = kindOf(type);
  switch (kind) {
    case 'boolean':
      return sized(bytes, 1).readUInt8() !== 0;
    case 'int':
      return sized(bytes, 4).readInt32LE();
    case 'long':
      return bytes.length === 4 ? BigInt(bytes.readInt32LE()) : sized(bytes, 8).readBigInt64LE();
    case 'float':
      return sized(bytes, 4).readFloatLE();
    case 'double':
      return bytes.length === 4 ? bytes.readFloatLE() : sized(bytes, 8).readDoubleLE();
    case 'string':
      return bytes.toString('utf8');
    case 'uuid':
      return sized(bytes, 16)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'decimal':
      return decodeUnscaled(bytes);
    case 'binary':
      return bytes;
  }
}

/** Orders two values of one type: numbers by value, text by UTF-8 bytes, uuid and binary by unsigned bytes. */
export function compareSingleValues(a: SingleValue, b: SingleValue): number {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  // JavaScript's `<` compares UTF-16 units, which puts astral characters before U+E000..U+FFFF.
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Minimal big-endian two's complement of a decimal's unscaled value. */
export function encodeUnscaled(unscaled: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(length * 8, unscaled) !== unscaled) length += 1;
  const hex = BigInt.asUintN(length * 8, unscaled)
    .toString(16)
    .padStart(length * 2, '0');
  return Buffer.from(hex, 'hex');
}

function decodeUnscaled(bytes: Buffer): bigint {
  if (bytes.length === 0) throw new TypeError('a decimal needs at least one byte');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

type Kind = 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'uuid' | 'decimal' | 'binary';

/** Which of the serialisations a type uses. */
export function kindOf(type: PrimitiveType): Kind {
  switch (type) {
    case 'date':
      return 'int';
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return 'long';
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'string':
    case 'uuid':
    case 'binary':
      return type;
    default:
      return type.startsWith('decimal') ? 'decimal' : 'binary';
  }
}

function uuidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new TypeError('not a uuid');
  return bytes;
}

type Primitive = { boolean: boolean; number: number; bigint: bigint; string: string };

function expect<K extends keyof Primitive>(value: SingleValue, kind: K): Primitive[K] {
  if (typeof value !== kind) throw new TypeError(`takes a ${kind}, got a ${typeof value}`);
  return value as Primitive[K];
}

function fill(length: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length);
  write(bytes);
  return bytes;
}

function sized(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new TypeError(`${bytes.length} bytes where ${length} belong`);
  return bytes;
}

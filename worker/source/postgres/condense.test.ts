import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCondenser } from './condense-line.ts';
import { condenseMessage, OMITTED } from './condense-message.ts';
import type { Condenser } from './framed-reader.ts';

const MIB = 1024 * 1024;
const number = (value: number, bytes: 1 | 2 | 4) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
const xid = number(771, 4);
const head = (tag: string, isInBlock = false) =>
  Buffer.concat([Buffer.alloc(25, 7), Buffer.from(tag), ...(isInBlock ? [xid] : []), number(16_400, 4)]);
const value = (bytes: Buffer) => Buffer.concat([Buffer.from('t'), number(bytes.length, 4), bytes]);
const tuple = (kind: string, values: readonly Buffer[]) =>
  Buffer.concat([Buffer.from(kind), number(values.length, 2), ...values]);
const NULL = Buffer.from('n');
const UNCHANGED = Buffer.from('u');

/** The message in pieces of the given sizes, which repeat. */
function condense(condenser: Condenser, message: Buffer, sizes: readonly number[]): Buffer {
  for (let at = 0, turn = 0; at < message.length; turn++) {
    const end = Math.min(message.length, at + (sizes[turn % sizes.length] ?? 1));
    condenser.write(message, at, end);
    at = end;
  }
  return condenser.end();
}

const small = fc.oneof(
  fc.constant(NULL),
  fc.constant(UNCHANGED),
  fc.uint8Array({ maxLength: 40 }).map((b) => value(Buffer.from(b))),
);

test('a message that is not too large stays as it is, wherever it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(small, { maxLength: 6 }),
      fc.array(small, { maxLength: 6 }),
      fc.constantFrom('I', 'U', 'UK', 'UO', 'DK', 'DO', 'M'),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (before, after, kind, sizes, isInBlock) => {
        const old = kind.length > 1 ? tuple(kind[1] ?? '', before) : Buffer.alloc(0);
        const fresh = kind[0] === 'D' || kind === 'M' ? Buffer.alloc(0) : tuple('N', after);
        const message = Buffer.concat([head(kind[0] ?? '', isInBlock), old, fresh]);
        expect(condense(condenseMessage(message.length, { isInBlock }), message, sizes).equals(message)).toBe(true);
      },
    ),
  );
});

test('the values that make a row too large are left out of its message, the others and the key stay', () => {
  const large = Buffer.alloc(70 * MIB, 'x');
  const key = value(Buffer.from('key'));
  for (const isInBlock of [false, true]) {
    const message = Buffer.concat([
      head('U', isInBlock),
      tuple('O', [key, value(large), value(large), value(Buffer.alloc(MIB, 'y'))]),
      tuple('N', [key, UNCHANGED, value(large), NULL]),
    ]);
    const omitted = Buffer.from([OMITTED]);
    const expected = Buffer.concat([
      head('U', isInBlock),
      tuple('O', [key, value(large), omitted, value(Buffer.alloc(MIB, 'y'))]),
      tuple('N', [key, UNCHANGED, value(large), NULL]),
    ]);
    const condensed = condense(condenseMessage(message.length, { isInBlock }), message, [7, 1_000_000]);
    expect(condensed.equals(expected)).toBe(true);
  }
}, 30_000);

test('the fields that make a line of a copy too large are left out of it', () => {
  const field = Buffer.alloc(90 * MIB, 'x');
  const tab = Buffer.from('\t');
  const line = Buffer.concat([Buffer.from('1\t'), field, tab, field, Buffer.from('\t\\N\tlast\n')]);
  const expected = Buffer.concat([Buffer.from('1\t'), field, Buffer.from('\t\\O\t\\N\tlast\n')]);
  expect(condense(new LineCondenser(line.length), line, [3, 100_000]).equals(expected)).toBe(true);
  const ordinary = Buffer.from('1\tab\\tc\t\\N\t\n');
  for (const size of [1, 2, 5])
    expect(condense(new LineCondenser(ordinary.length), ordinary, [size])).toEqual(ordinary);
}, 30_000);

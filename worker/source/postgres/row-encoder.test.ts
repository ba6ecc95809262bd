import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toLsn } from '@/server/domain/lsn.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { BufferPool } from './buffer-pool.ts';
import { OMITTED } from './condense-message.ts';
import { GrowingBlock, streamTable } from './growing-block.ts';
import { type PgoutputHandlers, PgoutputReader } from './pgoutput.ts';
import { RowEncoder } from './row-encoder.ts';

/** A value of a tuple; `undefined` stands for one that was not sent. */
type Value = string | null | undefined;
type Change =
  | { op: 'I'; after: Value[] }
  | { op: 'U'; before: { tag: 'K' | 'O'; values: Value[] } | null; after: Value[] }
  | { op: 'D'; before: { tag: 'K' | 'O'; values: Value[] } };

const COLUMNS = 4;
const KEY = [2, 0];

function encode(changes: readonly Change[]): { text: string; rows: number; hasUnchanged: boolean } {
  const encoder = new RowEncoder();
  const block = new GrowingBlock(streamTable(schema()), {
    bytesExpected: 8,
    pool: new BufferPool({ keptBytesMax: 0 }),
  });
  const unexpected = () => {
    throw new Error('not in this test');
  };
  const handlers: PgoutputHandlers = {
    begin: unexpected,
    commit: unexpected,
    relation: unexpected,
    message: unexpected,
    truncate: () => encoder.truncate(block),
    insert: (message, at) => encoder.insert(block, message, at),
    update: (message, at) => encoder.update(block, message, at),
    delete: (message) => encoder.delete(block, message),
  };
  const reader = new PgoutputReader(handlers);
  encoder.beginTransaction({ commitLsn: toLsn(2n ** 64n - 1n), commitTimeUs: -5n, xid: 2 ** 33 });
  for (const change of changes) {
    const padded = Buffer.concat([Buffer.from('"pad"'), frame(change), Buffer.from('"pad"')]);
    reader.read(padded, 5, padded.length - 5);
  }
  const { bytes, rows, hasUnchanged } = block.whole();
  return { text: bytes.toString('utf8'), rows, hasUnchanged };
}

/** The same rules, said with strings. */
function expected(changes: readonly Change[]): string {
  let ordinal = 0;
  const line = (op: string, values: readonly Value[]): string => {
    const unchanged = values.flatMap((value, i) => (value === undefined ? [i] : [])).join(';');
    const quoted = values.map((value) => (value == null ? '' : `"${value.replaceAll('"', '""')}"`));
    return `${[op, 18446744073709551615n, ordinal++, -5, 8589934592, unchanged, ...quoted].join(',')}\n`;
  };
  return changes
    .map((change) => {
      if (change.op === 'I') return line('i', change.after);
      if (change.op === 'D') return line('d', change.before.values);
      const old = change.before?.values;
      const after = change.after.map((value, i) => (value === undefined ? (old?.[i] ?? undefined) : value));
      const isMoved = old !== undefined && KEY.some((i) => change.after[i] !== undefined && change.after[i] !== old[i]);
      return isMoved ? line('D', old) + line('U', after) : line('u', after);
    })
    .join('');
}

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', 'ü', '😀', '\0'), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('"'.repeat(500), `${'x'.repeat(400)}"${'y'.repeat(200)}`),
);
const present = fc.option(text, { nil: null, freq: 4 });
const sent = fc.array(present, { minLength: COLUMNS, maxLength: COLUMNS });
const partly = fc.array(fc.option(present, { nil: undefined, freq: 5 }), { minLength: COLUMNS, maxLength: COLUMNS });
const keyOnly = sent.map((values) => values.map((value, i) => (KEY.includes(i) ? (value ?? '') : null)));
const before = fc.oneof(
  keyOnly.map((values) => ({ tag: 'K' as const, values: values as Value[] })),
  sent.map((values) => ({ tag: 'O' as const, values: values as Value[] })),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ op: fc.constant('I' as const), after: sent }),
  fc.record({ op: fc.constant('U' as const), before: fc.option(before), after: partly }),
  fc.record({ op: fc.constant('D' as const), before }),
);

test('changes become the same lines as by the obvious encoder', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const encoded = encode(changes);
      expect(encoded.text).toBe(expected(changes));
      const lists = expected(changes).match(/^[idutDU],\d+,\d+,-?\d+,\d+,[^,]/gm);
      expect(encoded.hasUnchanged).toBe(lists !== null);
    }),
    { numRuns: 500 },
  );
});

test('a cut or unknown message stops with a code and shows no values', () => {
  const whole = frame({ op: 'I', after: ['secret', 'secret', null, 'secret'] });
  const reader = new PgoutputReader({} as PgoutputHandlers);
  expect(() => reader.read(Buffer.from('Z nonsense'), 0, 10)).toThrow(
    expect.objectContaining({ code: 'SOURCE_PROTOCOL', message: expect.not.stringContaining('nonsense') }),
  );
  const encoder = new RowEncoder();
  const block = new GrowingBlock(streamTable(schema()), {
    bytesExpected: 8,
    pool: new BufferPool({ keptBytesMax: 0 }),
  });
  const strict = new PgoutputReader({ insert: (m, at) => encoder.insert(block, m, at) } as PgoutputHandlers);
  for (let end = 8; end < whole.length; end++)
    expect(() => strict.read(whole, 0, end)).toThrow(expect.objectContaining({ code: 'SOURCE_PROTOCOL' }));
});

test('an update is read whose old row was too large to be held', () => {
  const whole = frame({
    op: 'U',
    before: { tag: 'O', values: ['a', undefined, 'k', 'z'] },
    after: ['a', 'b', 'k', 'c'],
  });
  // The old tuple's second value, as the condenser marks what it left out.
  whole[whole.indexOf('u')] = OMITTED;
  const encoder = new RowEncoder();
  const pool = new BufferPool({ keptBytesMax: 0 });
  const block = new GrowingBlock(streamTable(schema()), { bytesExpected: 8, pool });
  const update: PgoutputHandlers['update'] = (message, at) => encoder.update(block, message, at);
  encoder.beginTransaction({ commitLsn: toLsn(1n), commitTimeUs: 2n, xid: 3 });
  new PgoutputReader({ update } as PgoutputHandlers).read(whole, 0, whole.length);
  expect(block.whole().bytes.toString('utf8')).toBe('u,1,0,2,3,,"a","b","k","c"\n');
});

function frame(change: Change): Buffer {
  const oid = Buffer.alloc(4);
  if (change.op === 'I') return Buffer.concat([Buffer.from('I'), oid, Buffer.from('N'), tuple(change.after)]);
  const old = change.before ? [Buffer.from(change.before.tag), tuple(change.before.values)] : [];
  const after = change.op === 'U' ? [Buffer.from('N'), tuple(change.after)] : [];
  return Buffer.concat([Buffer.from(change.op), oid, ...old, ...after]);
}

function tuple(values: readonly Value[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(values.length);
  const parts = values.map((value) => {
    if (value === undefined) return Buffer.from('u');
    if (value === null) return Buffer.from('n');
    const bytes = Buffer.from(value, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([Buffer.from('t'), length, bytes]);
  });
  return Buffer.concat([count, ...parts]);
}

function schema(): TableSchema {
  const columns = Array.from({ length: COLUMNS }, (_, i) => ({
    attnum: i + 1,
    name: `c${i}`,
    typeName: 'text',
    typeOid: 25,
    typmod: -1,
    type: { kind: 'text' } as const,
    notNull: false,
    keyOrdinal: KEY.includes(i) ? KEY.indexOf(i) : null,
  }));
  return { oid: 1, schema: 'public', table: 't', replicaIdentity: 'd', columns };
}

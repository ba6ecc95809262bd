import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from './seal.ts';

const place = { table: 'source', column: 'password_sealed', rowId: 'src_a' };
const sealer = createSealer(randomBytes(32));

describe('createSealer', () => {
  it('opens what it sealed, in its place', () => {
    expect(sealer.open(sealer.seal('pässwörd', place), place)).toBe('pässwörd');
    expect(sealer.open(sealer.seal('', place), place)).toBe('');
  });

  it('never seals the same text to the same bytes', () => {
    expect(sealer.seal('x', place)).not.toEqual(sealer.seal('x', place));
  });

  it.each([
    { ...place, rowId: 'src_b' },
    { ...place, column: 'other' },
    { ...place, table: 'destination' },
  ])('does not open in another place: %o', (elsewhere) => {
    expect(() => sealer.open(sealer.seal('x', place), elsewhere)).toThrow(/altered or moved/);
  });

  it('refuses any flipped bit', () => {
    const sealed = sealer.seal('secret', place);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const copy = Buffer.from(sealed);
      const at = bit >> 3;
      copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
      expect(() => sealer.open(copy, place)).toThrow();
    }
  });

  it('says so when the key is another one', () => {
    const other = createSealer(randomBytes(32));
    expect(() => other.open(sealer.seal('x', place), place)).toThrow(/another key/);
    expect(() => other.open(Buffer.alloc(3), place)).toThrow(/too short/);
  });

  it('opens what the previous key sealed, and seals with the present one', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const old = createSealer(first).seal('x', place);
    const both = createSealer(second, first);
    expect([both.open(old, place), both.isCurrent(old)]).toEqual(['x', false]);
    expect(createSealer(second).open(both.seal('y', place), place)).toBe('y');
    expect(both.isCurrent(both.seal('y', place))).toBe(true);
  });
});

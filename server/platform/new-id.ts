import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const LENGTH = 20;

/** An id that cannot be guessed, `<prefix>_` and 20 letters or digits: about 103 bits. */
export function newId(prefix: 'src' | 'dst' | 'pl' | 'mem' | 'key' | 'inq'): string {
  let id = '';
  while (id.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      // 252 is the largest multiple of 36 in a byte: above it the first letters would be likelier.
      if (byte < 252 && id.length < LENGTH) id += ALPHABET[byte % ALPHABET.length];
    }
  }
  return `${prefix}_${id}`;
}

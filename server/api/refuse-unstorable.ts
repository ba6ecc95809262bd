import { fieldError } from '@/server/errors/app-error.ts';

/** By code points, so that whole pairs do not match. */
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * PostgreSQL holds neither the character U+0000 nor half of a surrogate pair, in text and in jsonb, so both are refused in
 * any text before a statement could fail on them. Throws INVALID_INPUT naming the field.
 */
export function refuseUnstorable(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw fieldError('INVALID_INPUT', path || 'input', 'must not hold the character U+0000');
    if (HALF_PAIR.test(value))
      throw fieldError('INVALID_INPUT', path || 'input', 'must not hold half of a surrogate pair');
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) refuseUnstorable(entry, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      refuseUnstorable(key, path);
      refuseUnstorable(entry, path === '' ? key : `${path}.${key}`);
    }
  }
}

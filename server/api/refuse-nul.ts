import { fieldError } from '@/server/errors/app-error.ts';

/**
 * PostgreSQL's text cannot hold the character U+0000, so it is refused in any text before a statement could fail on it.
 * Throws INVALID_INPUT naming the field.
 */
export function refuseNul(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw fieldError('INVALID_INPUT', path || 'input', 'must not hold the character U+0000');
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) refuseNul(entry, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      refuseNul(key, path);
      refuseNul(entry, path === '' ? key : `${path}.${key}`);
    }
  }
}

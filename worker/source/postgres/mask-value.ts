import { createHmac } from 'node:crypto';
import type { Mask } from '@/server/domain/column-rules.ts';

/** Masks PostgreSQL's text of one value. The same for rows that are copied, streamed or fetched. */
export type Masker = (value: Buffer) => Buffer;

const REDACTED = Buffer.from('***');

export function maskerOf(mask: Mask, salt: Buffer): Masker {
  if (mask === 'redact') return () => REDACTED;
  if (mask === 'hash') return (value) => Buffer.from(createHmac('sha256', salt).update(value).digest('hex'));
  return (value) => value.subarray(0, endOfCharacters(value, mask.truncate));
}

/** Bytes of the first so many characters of UTF-8: all but continuation bytes begin one. */
function endOfCharacters(value: Buffer, count: number): number {
  let left = count;
  for (let at = 0; at < value.length; at++) {
    const isStart = ((value[at] as number) & 0xc0) !== 0x80;
    if (isStart && left-- === 0) return at;
  }
  return value.length;
}

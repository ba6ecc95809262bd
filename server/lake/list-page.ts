import { fieldError } from '@/server/errors/app-error.ts';

type Options<Item> = {
  readonly cursor: string | undefined;
  readonly limit: number;
  /** Unique; the items are in its order. */
  readonly keyOf: (item: Item) => string;
};

/** A page of a list that is whole in memory. Throws INVALID_INPUT for a cursor that is none. */
export function listPage<Item>(
  items: readonly Item[],
  { cursor, limit, keyOf }: Options<Item>,
): { items: Item[]; nextCursor: string | null } {
  const after = cursor === undefined ? null : keyOfCursor(cursor);
  const rest = after === null ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, limit);
  const last = rest.length > limit ? page.at(-1) : undefined;
  return { items: page, nextCursor: last === undefined ? null : encode(keyOf(last)) };
}

const MARK = 'after:';
const encode = (key: string): string => Buffer.from(`${MARK}${key}`).toString('base64url');

/** The key that a cursor goes on behind. Throws INVALID_INPUT for a cursor that is none. */
export function keyOfCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(MARK)) throw fieldError('INVALID_INPUT', 'cursor', 'is not one that this list gave out');
  return text.slice(MARK.length);
}

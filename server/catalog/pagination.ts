import type { Call } from './call.ts';
import { badRequest } from './catalog-error.ts';

const PAGE_SIZE_DEFAULT = 500;
const PAGE_SIZE_MAX = 1000;

export type Page = { readonly after: string | null; readonly size: number };

/** The page asked for; null when the client does not page and wants everything (REST catalog: PageToken). */
export function pageOf(call: Call): Page | null {
  const token = call.query.get('pageToken');
  if (token === null) return null;
  const size = Number(call.query.get('pageSize') ?? PAGE_SIZE_DEFAULT);
  if (!Number.isInteger(size) || size < 1) throw badRequest('Invalid pageSize');
  return { after: token === '' ? null : decode(token), size: Math.min(size, PAGE_SIZE_MAX) };
}

/** Cuts the one row that was read beyond the page and says where the next begins. */
export function cutPage<Row>(
  rows: readonly Row[],
  options: { page: Page | null; positionOf: (row: Row) => string },
): { rows: readonly Row[]; nextToken: string | null } {
  const { page, positionOf } = options;
  if (!page || rows.length <= page.size) return { rows, nextToken: null };
  const kept = rows.slice(0, page.size);
  const last = kept.at(-1);
  return { rows: kept, nextToken: last === undefined ? null : encode(positionOf(last)) };
}

/** Rows to read: one more than the page tells whether there is another. Null reads all. */
export const limitOf = (page: Page | null): number | null => (page ? page.size + 1 : null);

const encode = (position: string): string => Buffer.from(`n${position}`).toString('base64url');

function decode(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('n') || text.includes('\0')) throw badRequest('Invalid pageToken');
  return text.slice(1);
}

import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { keyset } from './keyset.ts';

const page = (cursor?: string, sort = 'at') =>
  keyset({
    sorts: { at: { by: sql`at`, type: 'timestamptz' }, name: { by: sql`name`, type: 'text' } },
    id: { by: sql`id`, type: 'bigint' },
    page: { sort, limit: 2, cursor },
  });

const cursorOf = (sort: string, at: string, id: string) =>
  Buffer.from(JSON.stringify([sort, JSON.stringify([at, id])])).toString('base64url');

it('gives a cursor while there is more, and the rows it promised', () => {
  const rows = ['1', '2', '3'].map((id) => ({ id, key: JSON.stringify(['2026-11-22 08:30:00.123456+00', id]) }));
  const first = page().toPage(rows, ({ id }) => id);
  expect(first.items).toEqual(['1', '2']);
  expect(page(first.nextCursor ?? '').where).toBeDefined();
  expect(page().toPage(rows.slice(0, 2), ({ id }) => id).nextCursor).toBeNull();
});

it.each([
  ['no base64', '!!'],
  ['no JSON', Buffer.from('x').toString('base64url')],
  ['another order', cursorOf('-at', '2026-11-22 08:30:00+00', '1')],
  ['a day that does not exist', cursorOf('at', '2026-02-30 08:30:00+00', '1')],
  ['an hour that does not exist', cursorOf('at', '2026-02-28 24:30:00+00', '1')],
  ['SQL', cursorOf('at', "2026-02-28 08:30:00+00'; --", '1')],
  ['an id that is too large', cursorOf('at', '2026-02-28 08:30:00+00', '9'.repeat(19))],
  ['a character that text cannot hold', cursorOf('name', 'a\0', '1')],
])('refuses a cursor that is %s', (_, cursor) => {
  expect(() => page(cursor)).toThrow(/cursor: is not one that this list gave out/);
});

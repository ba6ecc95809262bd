import * as z from 'zod';

/** Fields of every list's input. The first of `sorts` is the default; a leading dash means descending. */
export const pageInput = <const Sorts extends readonly [string, ...string[]]>(sorts: Sorts) => ({
  cursor: z.string().max(2_000).optional().describe('`nextCursor` of the page before'),
  limit: z.number().int().min(1).max(200).default(50),
  sort: z.enum(sorts).default(sorts[0]),
});

/** Text to look for in names, any case. */
export const searchInput = z.string().max(200).optional().describe('Part of the name, any case');

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Ask for the next page with it; null on the last one'),
    total: z.number().int().optional().describe('How many there are on all pages, where that is cheap to tell'),
  });

export type Page<Item> = { items: Item[]; nextCursor: string | null; total?: number };

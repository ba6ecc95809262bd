export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = { [key: string]: unknown };

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const entriesOf = (record: JsonRecord): [string, unknown][] => Object.entries(record);

/** What the parts of a document are usually sorted by; all other names follow in the order of the alphabet. */
const FIRST = ['openapi', 'info', 'servers', 'security', 'tags', 'paths', 'components', 'type', 'description'];

/** The same with the names of every object in one order, so that a change of the code shows as that change alone. */
export function sortedDeep(value: unknown): Json {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (isRecord(value)) {
    return Object.fromEntries(
      entriesOf(value)
        .filter(([, entry]) => entry !== undefined)
        .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
        .map(([key, entry]) => [key, sortedDeep(entry)]),
    );
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}

const rank = (name: string): number => {
  const place = FIRST.indexOf(name);
  return place === -1 ? FIRST.length : place;
};

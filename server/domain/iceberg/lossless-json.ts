import { parse, stringify } from 'lossless-json';

/**
 * Parses Iceberg JSON (table metadata, REST catalog bodies) without losing digits. One rule decides the type of a whole
 * number: under a property that the specification declares 64 bits wide (INT64_PROPERTIES) it is a bigint, always;
 * anywhere else it is a number while that is exact and a bigint beyond. Throws SyntaxError on malformed text.
 */
export function parseJson(text: string): unknown {
  return parse(text, revive, { parseNumber, onDuplicateKey: ({ newValue }) => newValue });
}

/** Prints what parseJson gave, digit for digit. Properties whose value is undefined are left out. */
export function stringifyJson(value: unknown): string {
  const text = stringify(value);
  if (text === undefined) throw new TypeError('the value has no JSON form');
  return text;
}

/** Longs of the specification (table-metadata JSON and the REST catalog's schemas), wherever they occur. */
const INT64_PROPERTIES: ReadonlySet<string> = new Set([
  'snapshot-id',
  'parent-snapshot-id',
  'current-snapshot-id',
  'snapshot-ids',
  'sequence-number',
  'last-sequence-number',
  'timestamp-ms',
  'last-updated-ms',
  'first-row-id',
  'added-rows',
  'next-row-id',
  'max-snapshot-age-ms',
  'max-ref-age-ms',
  'file-size-in-bytes',
  'file-footer-size-in-bytes',
]);

/** Integers stay bigint until their property's name is known. */
const parseNumber = (digits: string): number | bigint => (/^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits));

function revive(key: string, value: unknown): unknown {
  if (INT64_PROPERTIES.has(key)) return widen(value);
  return typeof value === 'bigint' ? narrow(value) : value;
}

const narrow = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

/** Array elements were narrowed under their index before the array's own name is seen; whole numbers widen exactly. */
function widen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(widen);
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/**
 * What a PostgreSQL column holds, after domains are unwrapped to their base type. Everything that has no closer
 * equivalent in Iceberg is `text`: its PostgreSQL output form, losslessly (enum, json, interval, ranges, money ...).
 */
export type ScalarType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int2' }
  | { readonly kind: 'int4' }
  | { readonly kind: 'int8' }
  /** oid, xid: unsigned 32 bits, carried as a long. */
  | { readonly kind: 'oid' }
  | { readonly kind: 'float4' }
  | { readonly kind: 'float8' }
  /** As declared by the source; a numeric without typmod, or one that decimal(38) cannot hold, is `text`. */
  | { readonly kind: 'numeric'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'bytea' }
  | { readonly kind: 'date' }
  | { readonly kind: 'time' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'timestamptz' }
  | { readonly kind: 'text' };

/** One-dimensional arrays become lists; an array of arrays is a value that the lake cannot hold (see ValuePolicy). */
export type ValueType = ScalarType | { readonly kind: 'array'; readonly element: ScalarType };

/**
 * What happens to a value that the column's lake type cannot hold (numeric NaN, infinite or BC dates, 24:00:00,
 * an array of two dimensions ...).
 *
 * - `dead-letter` (default): the row is parked with the reason; the rest goes on.
 * - `string`: the whole column is kept as PostgreSQL's text in the lake. Decided when the lake table is created.
 * - `null`: the value becomes null and is counted.
 */
export type ValuePolicy = 'dead-letter' | 'string' | 'null';

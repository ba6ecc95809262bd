import type { Client } from 'pg';
import type { ScalarType, ValueType } from '@/server/domain/value-type.ts';

export type TypeReference = { readonly typeOid: number; readonly typmod: number };
type ResolvedType = { readonly type: ValueType; readonly typeName: string };

/**
 * What columns of these types hold, in the order asked: domains unwrapped to their base type, one-dimensional arrays of
 * anything, and `text` for all that has no closer equivalent. A type that no longer exists is `text`.
 */
export async function resolveTypes(client: Client, references: readonly TypeReference[]): Promise<ResolvedType[]> {
  const catalog = await loadTypes(client, [...new Set(references.map((reference) => reference.typeOid))]);
  const names = await typeNames(client, references);
  return references.map((reference, index) => ({
    type: valueType(catalog, reference),
    typeName: names[index] ?? `type ${reference.typeOid}`,
  }));
}

type TypeRow = {
  oid: number;
  typtype: string;
  typbasetype: number;
  typtypmod: number;
  typelem: number;
  typdelim: string;
  /** True arrays are what their element's `typarray` names; int2vector and the like only look like arrays. */
  is_array: boolean;
};

/** Domains and arrays refer to further types; three or four rounds reach the end of any usual chain. */
async function loadTypes(client: Client, wanted: number[]): Promise<Map<number, TypeRow>> {
  const loaded = new Map<number, TypeRow>();
  let missing = wanted;
  while (missing.length > 0) {
    const { rows } = await client.query<TypeRow>(
      `SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typelem, t.typdelim, e.oid IS NOT NULL AS is_array
         FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
        WHERE t.oid = ANY($1::oid[])`,
      [missing],
    );
    for (const row of rows) loaded.set(row.oid, row);
    missing = [...new Set(rows.flatMap((row) => [row.typbasetype, row.is_array ? row.typelem : 0]))].filter(
      (oid) => oid !== 0 && !loaded.has(oid),
    );
  }
  return loaded;
}

async function typeNames(client: Client, references: readonly TypeReference[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format_type(r.oid, r.typmod) AS name
       FROM unnest($1::oid[], $2::int4[]) WITH ORDINALITY AS r(oid, typmod, place) ORDER BY r.place`,
    [references.map((reference) => reference.typeOid), references.map((reference) => reference.typmod)],
  );
  return rows.map((row) => row.name);
}

function valueType(catalog: Map<number, TypeRow>, reference: TypeReference): ValueType {
  const { row, typmod } = unwrapDomain(catalog, reference);
  if (!row) return TEXT;
  if (!row.is_array) return scalarType(row.oid, typmod);
  // The list parser splits at commas; only box uses another delimiter.
  if (row.typdelim !== ',') return TEXT;
  const element = unwrapDomain(catalog, { typeOid: row.typelem, typmod });
  if (!element.row || element.row.is_array) return TEXT;
  return { kind: 'array', element: scalarType(element.row.oid, element.typmod) };
}

/** Only the innermost domain over a base type can carry a typmod; the outer ones repeat -1. */
function unwrapDomain(catalog: Map<number, TypeRow>, reference: TypeReference) {
  let row = catalog.get(reference.typeOid);
  let typmod = reference.typmod;
  while (row?.typtype === 'd') {
    typmod = row.typtypmod;
    row = catalog.get(row.typbasetype);
  }
  return { row, typmod };
}

const TEXT: ScalarType = { kind: 'text' };

/** OIDs of built-in types are fixed (src/include/catalog/pg_type.dat). */
const SCALARS: Record<number, ScalarType> = {
  16: { kind: 'boolean' },
  17: { kind: 'bytea' },
  20: { kind: 'int8' },
  21: { kind: 'int2' },
  23: { kind: 'int4' },
  26: { kind: 'oid' },
  28: { kind: 'oid' },
  700: { kind: 'float4' },
  701: { kind: 'float8' },
  1082: { kind: 'date' },
  1083: { kind: 'time' },
  1114: { kind: 'timestamp' },
  1184: { kind: 'timestamptz' },
  2950: { kind: 'uuid' },
};
const NUMERIC_OID = 1700;

const scalarType = (oid: number, typmod: number): ScalarType =>
  oid === NUMERIC_OID ? numericType(typmod) : (SCALARS[oid] ?? TEXT);

/**
 * numeric(p,s) as a decimal that holds every value of it. The typmod is `(p << 16 | s & 0x7ff) + 4`, s a signed 11-bit
 * number since PostgreSQL 15 (src/backend/utils/adt/numeric.c).
 */
function numericType(typmod: number): ScalarType {
  if (typmod < 4) return TEXT;
  const declared = ((typmod - 4) >> 16) & 0xffff;
  const scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
  const precision = scale < 0 ? declared - scale : Math.max(declared, scale);
  return precision > 38 ? TEXT : { kind: 'numeric', precision, scale: Math.max(scale, 0) };
}

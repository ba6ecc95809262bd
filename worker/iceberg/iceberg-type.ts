import type { PrimitiveType, Type } from '@/server/domain/iceberg/schema.ts';
import type { ScalarType, ValuePolicy, ValueType } from '@/server/domain/value-type.ts';

/** Decimal digits an Iceberg decimal can have (spec: Primitive Types). */
const PRECISION_MAX = 38;

/** The lake's type for a source column. `newId` gives a list's element its field id. */
export function icebergType(options: { type: ValueType; policy: ValuePolicy; newId: () => number }): Type {
  const { type, policy, newId } = options;
  if (policy === 'string') return 'string';
  if (type.kind !== 'array') return scalarType(type);
  return { type: 'list', 'element-id': newId(), element: scalarType(type.element), 'element-required': false };
}

function scalarType(type: ScalarType): PrimitiveType {
  switch (type.kind) {
    case 'boolean':
    case 'uuid':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return type.kind;
    case 'int2':
    case 'int4':
      return 'int';
    case 'int8':
    case 'oid':
      return 'long';
    case 'float4':
      return 'float';
    case 'float8':
      return 'double';
    case 'bytea':
      return 'binary';
    case 'text':
      return 'string';
    case 'numeric':
      return decimalType(type.precision, type.scale);
  }
}

/** PostgreSQL allows scales below zero and above the precision (manual: Arbitrary Precision Numbers); Iceberg does not. */
function decimalType(precision: number, scale: number): PrimitiveType {
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale);
  return digits > PRECISION_MAX ? 'string' : `decimal(${digits}, ${Math.max(scale, 0)})`;
}

/**
 * True when a column of lake type `lake` takes every value of `source`: the same type, or one that Iceberg's promotions
 * lead to (spec: Schema Evolution). Strings take everything, as PostgreSQL's text.
 */
export function canHold(lake: Type, source: Type): boolean {
  if (lake === 'string') return true;
  if (typeof lake === 'object' && typeof source === 'object') {
    return lake.type === 'list' && source.type === 'list' && sameOrPromoted(lake.element, source.element);
  }
  return sameOrPromoted(lake, source);
}

function sameOrPromoted(lake: Type, source: Type): boolean {
  if (typeof lake !== 'string' || typeof source !== 'string') return false;
  if (lake === source) return true;
  if (lake === 'long') return source === 'int';
  if (lake === 'double') return source === 'float';
  const [to, from] = [parseDecimal(lake), parseDecimal(source)];
  return to !== null && from !== null && to.scale === from.scale && to.precision >= from.precision;
}

function parseDecimal(type: string): { precision: number; scale: number } | null {
  const match = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(type);
  return match ? { precision: Number(match[1]), scale: Number(match[2]) } : null;
}

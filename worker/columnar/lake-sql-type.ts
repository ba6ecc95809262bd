import type { ListType, PrimitiveType, Type } from '@/server/domain/iceberg/schema.ts';
import { AppError } from '@/server/errors/app-error.ts';

/** DuckDB's type for an Iceberg type; its Parquet writer then picks the physical type that the Iceberg spec asks for. */
export function lakeSqlType(type: Type): string {
  if (typeof type !== 'string') return `${primitiveSqlType(listElement(type))}[]`;
  return primitiveSqlType(type);
}

/** The element of a list of primitives, the only nested type that a PostgreSQL column becomes. */
export function listElement(type: Exclude<Type, PrimitiveType>): PrimitiveType {
  if (type.type === 'list' && typeof type.element === 'string') return type.element;
  throw new AppError('LAKE_TABLE_UNSUPPORTED', `columns of type ${type.type} cannot be written`);
}

export const isList = (type: Type): type is ListType => typeof type !== 'string' && type.type === 'list';

/** Precision and scale of `decimal(p, s)`; null for any other type. */
export function decimalOf(type: Type): { precision: number; scale: number } | null {
  const match = typeof type === 'string' ? /^decimal\((\d+), ?(\d+)\)$/.exec(type) : null;
  return match ? { precision: Number(match[1]), scale: Number(match[2]) } : null;
}

function primitiveSqlType(type: PrimitiveType): string {
  const decimal = decimalOf(type);
  if (decimal) return `DECIMAL(${decimal.precision},${decimal.scale})`;
  const sqlType = SQL_TYPES[type];
  if (sqlType) return sqlType;
  throw new AppError('LAKE_TABLE_UNSUPPORTED', `columns of type ${type} cannot be written`);
}

const SQL_TYPES: Partial<Record<string, string>> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  string: 'VARCHAR',
  uuid: 'UUID',
  binary: 'BLOB',
};

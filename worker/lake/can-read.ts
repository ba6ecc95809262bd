import type { Type } from '@/server/domain/iceberg/schema.ts';
import { lakeSqlType } from '@/worker/columnar/lake-sql-type.ts';

/** Structs and maps of other writers are named, not shown. */
export function canRead(type: Type): boolean {
  try {
    lakeSqlType(type);
    return true;
  } catch {
    return false;
  }
}

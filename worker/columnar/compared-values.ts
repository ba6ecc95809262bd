import type { LakeTable } from '@/server/domain/lake-table.ts';
import { isList, lakeSqlType, listElement } from './lake-sql-type.ts';

/** Longer texts, and bytes, are compared by a digest: a range of wide rows does not fit into memory with its values. */
const TEXT_BYTES_MAX = 256;

/** The columns `c0`, `c1` ... of a table of rows to compare, with their types. */
export const comparedColumns = (lake: LakeTable): string[] =>
  lake.columns.map(({ type }, i) => `c${i} ${isDigested(lake, i) ? 'VARCHAR' : lakeSqlType(type)}`);

/**
 * A row's values as `c0`, `c1` ... for such a table: the same for the same value, and for no other one, of a column. Keys
 * stay as they are.
 */
export const comparedValues = (lake: LakeTable): string[] =>
  lake.columns.map((_, i) => (isDigested(lake, i) ? `${comparedText(lake, i)} AS c${i}` : `c${i}`));

function isDigested(lake: LakeTable, index: number): boolean {
  const column = lake.columns[index];
  if (!column || lake.keyFieldIds.includes(column.fieldId)) return false;
  return column.type === 'string' || column.type === 'binary' || isList(column.type);
}

/** PostgreSQL's texts have no NUL, so that no text is taken for a digest. */
function comparedText(lake: LakeTable, index: number): string {
  const name = `c${index}`;
  const type = lake.columns[index]?.type ?? 'string';
  const digested = (text: string, isLong: string) =>
    `CASE WHEN ${isLong} THEN chr(0) || sha256(${text}) ELSE ${text} END`;
  if (isList(type)) {
    const element = listElement(type);
    const length = { string: `strlen(x) || ':' || x`, binary: 'hex(x)' }[element as string] ?? 'CAST(x AS VARCHAR)';
    // With their lengths, elements that hold a comma are not taken for two.
    const list = `array_to_string(list_transform(${name}, lambda x: CASE WHEN x IS NULL THEN 'N' ELSE ${length} END), ',')`;
    const text = `len(${name}) || ';' || ${list}`;
    return digested(text, `strlen(${list}) > ${TEXT_BYTES_MAX}`);
  }
  if (type === 'binary')
    return `CASE WHEN octet_length(${name}) > ${TEXT_BYTES_MAX} THEN chr(0) || sha256(${name}) ELSE hex(${name}) END`;
  return digested(name, `strlen(${name}) > ${TEXT_BYTES_MAX}`);
}

import type { PrimitiveType, Type } from '@/server/domain/iceberg/schema.ts';
import type { ValueType } from '@/server/domain/value-type.ts';
import { decimalOf, lakeSqlType, listElement } from './lake-sql-type.ts';

/**
 * An SQL expression that turns PostgreSQL's text in `text` into the lake's type, and NULL where the type cannot hold it:
 * DuckDB's own casts read BC years as AD, wrap infinite dates, round decimals and saturate floats without an error.
 */
export function convertText(options: { text: string; source: ValueType; lake: Type }): string {
  const { text, source, lake } = options;
  if (typeof lake === 'string') return scalar({ text, source, lake });
  const element = listElement(lake);
  const elementSource: ValueType = source.kind === 'array' ? source.element : { kind: 'text' };
  const converted = scalar({ text: 'e', source: elementSource, lake: element });
  const parts = arrayElements(text);
  // An element that cannot be held spoils the array: a list with a hole would be a silent change.
  return `CASE WHEN starts_with(${text}, '{') AND NOT starts_with(${text}, '{{')
    AND len(list_filter(${parts}, lambda e: e IS NOT NULL AND (${converted}) IS NULL)) = 0
    THEN list_transform(${parts}, lambda e: ${converted}) END`;
}

/**
 * The elements of a one-dimensional array literal as texts (manual: Array Input and Output Syntax). Only quoted
 * elements have escapes, and the word NULL in quotes is a text.
 */
const arrayElements = (text: string): string => {
  const inner = `substr(${text}, 2, length(${text}) - 2)`;
  const unquoted = `regexp_replace(substr(e, 2, length(e) - 2), '\\\\(.)', '\\1', 'gs')`;
  return `CASE WHEN ${text} = '{}' THEN CAST([] AS VARCHAR[])
    WHEN contains(${text}, '"') THEN list_transform(
      regexp_extract_all(${inner}, '"(?:[^"\\\\]|\\\\.)*"|[^,]+', 0, 's'),
      lambda e: CASE WHEN e = 'NULL' THEN NULL WHEN starts_with(e, '"') THEN ${unquoted} ELSE e END)
    ELSE list_transform(string_split(${inner}, ','), lambda e: nullif(e, 'NULL')) END`;
};

function scalar(options: { text: string; source: ValueType; lake: PrimitiveType }): string {
  const { text, source, lake } = options;
  const cast = `TRY_CAST(${text} AS ${lakeSqlType(lake)})`;
  const matching = (pattern: string, value = cast) =>
    `CASE WHEN regexp_full_match(${text}, '${pattern}') THEN ${value} END`;
  const decimal = decimalOf(lake);
  if (decimal) return matching(`-?\\d+(\\.\\d{0,${decimal.scale}}0*)?`);
  switch (lake) {
    case 'string':
      return text;
    case 'boolean':
      return `CASE WHEN ${text} IN ('t', 'true') THEN true WHEN ${text} IN ('f', 'false') THEN false END`;
    case 'int':
    case 'long':
      return matching('-?\\d+');
    case 'float':
    case 'double':
      return floating({ text, cast, exact: lake === 'float' && source.kind !== 'float4' });
    // Four-digit years without an era are 0001 to 9999, what every reader of the lake can show.
    case 'date':
      return matching('\\d{4}-\\d\\d-\\d\\d');
    case 'timestamp':
      return matching('\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?');
    case 'timestamptz':
      return matching('\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?\\+00');
    case 'time':
      return matching('([01]\\d|2[0-3]):\\d\\d:\\d\\d(\\.\\d{1,6})?');
    case 'binary':
      return matching('\\\\x([0-9a-f]{2})*', `unhex(substr(${text}, 3))`);
    default:
      return cast;
  }
}

/** Texts beyond the type's range become infinite in a cast; in a narrower type they also lose digits. */
function floating({ text, cast, exact }: { text: string; cast: string; exact: boolean }): string {
  const overflow = `isinf(${cast}) AND ${text} NOT IN ('Infinity', '-Infinity')`;
  const loss = `NOT isnan(${cast}) AND CAST(${cast} AS DOUBLE) <> TRY_CAST(${text} AS DOUBLE)`;
  return `CASE WHEN ${overflow}${exact ? ` OR ${loss}` : ''} THEN NULL ELSE ${cast} END`;
}

import type { SourceColumn } from './table-schema.ts';

/** Names that engines give to metadata columns (spec: Reserved Field IDs). */
const RESERVED = [
  '_file',
  '_pos',
  '_deleted',
  '_spec_id',
  '_partition',
  '_row_id',
  '_last_updated_sequence_number',
  '_change_type',
  '_change_ordinal',
  '_commit_snapshot_id',
];

/**
 * Lake names by attnum. Most engines compare column names without case, so `id` and `Id` become `id` and `Id_2`; reserved
 * names get a suffix as well, and our own prefix a letter in front. The same columns always get the same names, and
 * names in `taken` (compared without case) are left alone.
 */
export function lakeColumnNames(columns: readonly SourceColumn[], taken: Iterable<string> = []): Map<number, string> {
  const used = new Set([...RESERVED, ...taken].map((name) => name.toLowerCase()));
  const exact = new Set(columns.map((column) => column.name));
  const names = new Map<number, string>();
  for (const column of [...columns].sort((a, b) => a.attnum - b.attnum)) {
    const wanted = column.name.toLowerCase().startsWith('_philotes_') ? `x${column.name}` : column.name;
    let name = wanted;
    // A generated name must not take the place of a column that is really called so.
    for (let n = 2; used.has(name.toLowerCase()) || (name !== wanted && exact.has(name)); n += 1)
      name = `${wanted}_${n}`;
    used.add(name.toLowerCase());
    names.set(column.attnum, name);
  }
  return names;
}

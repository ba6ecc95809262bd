import { keyColumns, type SourceColumn, type TableSchema } from './table-schema.ts';

/** Everything that can change about a table's columns on the source. */
export const SCHEMA_CHANGE_KINDS = [
  'column-added',
  'column-dropped',
  'column-renamed',
  'column-retyped',
  'column-nullability',
  'key-changed',
  'identity-changed',
  'table-renamed',
] as const;
export type SchemaChangeKind = (typeof SCHEMA_CHANGE_KINDS)[number];

/** A column as the history shows it. */
export type ShownColumn = {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** 0-based place in the key, or null. */
  readonly keyOrdinal: number | null;
};

/** One thing that changed between two versions of a table's columns; texts are names of tables, keys or identities. */
export type SchemaChange = {
  readonly kind: SchemaChangeKind;
  /** The column's name now, or before it was dropped; null when the whole table is meant. */
  readonly column: string | null;
  readonly before: ShownColumn | string | null;
  readonly after: ShownColumn | string | null;
};

/** What changed, in the order of the columns. Columns are the same when their attnum is, so that renames are recognised. */
export function diffSchemas(before: TableSchema, after: TableSchema): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const note = (kind: SchemaChangeKind, change: Omit<SchemaChange, 'kind'>) => changes.push({ kind, ...change });
  const [from, to] = [before, after].map(({ schema, table }) => `${schema}.${table}`) as [string, string];
  if (from !== to) note('table-renamed', { column: null, before: from, after: to });
  // Another table took the name: attnums of one say nothing about the other's.
  const old = new Map(before.columns.map((column) => [keyOf(before, after, column), column]));
  const present = new Set(after.columns.map((column) => keyOf(before, after, column)));
  for (const column of before.columns) {
    // What rules hide is still there on the source.
    if (present.has(keyOf(before, after, column)) || after.hidden?.includes(column.attnum)) continue;
    note('column-dropped', { column: column.name, before: shown(column), after: null });
  }
  for (const column of after.columns) {
    const was = old.get(keyOf(before, after, column));
    const change = { column: column.name, before: was ? shown(was) : null, after: shown(column) };
    if (!was) {
      if (before.hidden?.includes(column.attnum)) continue;
      note('column-added', change);
      continue;
    }
    if (was.name !== column.name) note('column-renamed', change);
    if (was.typeName !== column.typeName) note('column-retyped', change);
    if (was.notNull !== column.notNull) note('column-nullability', change);
  }
  const [oldKey, key] = [keyColumns(before), keyColumns(after)];
  const isSameKey =
    oldKey.length === key.length &&
    key.every((column, at) => oldKey[at] && keyOf(before, after, oldKey[at]) === keyOf(before, after, column));
  if (!isSameKey) note('key-changed', { column: null, before: namesOf(oldKey), after: namesOf(key) });
  if (before.replicaIdentity !== after.replicaIdentity) {
    const [was, is] = [IDENTITIES[before.replicaIdentity], IDENTITIES[after.replicaIdentity]];
    note('identity-changed', { column: null, before: was, after: is });
  }
  return changes;
}

const IDENTITIES = { d: 'default', f: 'full', i: 'index', n: 'nothing' } as const;

const keyOf = (before: TableSchema, after: TableSchema, column: SourceColumn): string =>
  before.oid === after.oid ? String(column.attnum) : column.name;

const shown = ({ name, typeName, notNull, keyOrdinal }: SourceColumn): ShownColumn => ({
  name,
  type: typeName,
  notNull,
  keyOrdinal,
});

const namesOf = (columns: readonly SourceColumn[]): string => columns.map(({ name }) => name).join(', ');

import { maskText } from '@/server/domain/column-rules.ts';
import type { HeldColumn } from '@/server/domain/held-columns.ts';
import type { Field, Schema, Type } from '@/server/domain/iceberg/schema.ts';
import { lakeColumnNames } from '@/server/domain/lake-column-names.ts';
import { CHANGELOG_COLUMNS, DELETED_AT_COLUMN, type LakeColumn, type LakeTable } from '@/server/domain/lake-table.ts';
import { keyColumns, type SourceColumn, type TableSchema } from '@/server/domain/table-schema.ts';
import type { ValuePolicy } from '@/server/domain/value-type.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { canHold, icebergType } from './iceberg-type.ts';

/** By attnum; columns without one have the default, `dead-letter`. */
export type ValuePolicies = ReadonlyMap<number, ValuePolicy>;

/** What the lake does not follow of the source's columns, by attnum. */
export type Held = Readonly<Record<string, HeldColumn>>;

export type LakeMode = 'mirror' | 'changelog';

/** The columns that have, or are to have, one in the lake. */
export const carriedColumns = (schema: TableSchema, held: Held): SourceColumn[] =>
  schema.columns.filter(({ attnum }) => held[attnum]?.leftOut !== true);

/**
 * The schema to create a lake table with. A mirror's key columns are required and its identifier; everything else is
 * optional, since NOT NULL may be dropped and deletes carry keys only. Field ids are 1, 2, ... outer columns first: what
 * a catalog assigns. Throws MIRROR_WITHOUT_KEY for a mirror without a usable key.
 */
export function lakeSchema(options: {
  schema: TableSchema;
  policies: ValuePolicies;
  mode: LakeMode;
  /** Adds the column that says when a row was deleted. */
  keepsDeleted?: boolean;
  held?: Held;
}): Schema {
  const { schema, policies, mode, keepsDeleted = false, held = {} } = options;
  const own = mode === 'changelog' ? CHANGELOG_COLUMNS : [];
  const columns = carriedColumns(schema, held);
  const names = lakeColumnNames(columns);
  const behind = keepsDeleted ? [DELETED_AT_COLUMN] : [];
  let lastId = own.length + columns.length + behind.length;
  const newId = () => {
    lastId += 1;
    return lastId;
  };
  const key = mode === 'mirror' ? mirrorKey(schema, policies) : [];
  const idOf = (column: SourceColumn) => own.length + columns.indexOf(column) + 1;
  const fields = [
    ...own.map((column, index): Field => ({ id: index + 1, ...column })),
    ...columns.map(
      (column): Field => ({
        id: idOf(column),
        name: names.get(column.attnum) ?? column.name,
        required: key.includes(column),
        type: icebergType({ type: column.type, policy: policies.get(column.attnum) ?? 'dead-letter', newId }),
        doc: columnDoc(column),
      }),
    ),
    ...behind.map((column): Field => ({ id: own.length + columns.length + 1, ...column })),
  ];
  const base = { type: 'struct', 'schema-id': 0, fields } as const;
  return key.length === 0 ? base : { ...base, 'identifier-field-ids': key.map(idOf) };
}

/**
 * Ties a lake table's columns to the source's, by the attnum in a field's doc, so that a renamed column is recognised;
 * by name where another tool dropped the doc. Throws LAKE_SCHEMA_IMPOSSIBLE when a column cannot hold its source's type.
 */
export function lakeTable(options: {
  lake: Schema;
  schema: TableSchema;
  policies: ValuePolicies;
  held?: Held;
}): LakeTable {
  const { lake, schema, policies, held = {} } = options;
  const own = new Set<string>(CHANGELOG_COLUMNS.map((column) => column.name));
  const match = sourceOf(schema);
  const columns: LakeColumn[] = [];
  const fieldIds = new Map<number, number>();
  for (const field of lake.fields) {
    if (own.has(field.name)) continue;
    const source = match(field);
    if (source) fieldIds.set(source.attnum, field.id);
    const policy = policies.get(source?.attnum ?? -1) ?? 'dead-letter';
    columns.push(lakeColumn({ field, source, policy, keepsType: held[source?.attnum ?? -1]?.type === true }));
  }
  // Rows of several keys would look like one.
  const missing = keyColumns(schema).find(({ attnum }) => held[attnum]?.leftOut && !fieldIds.has(attnum));
  if (missing) {
    throw new AppError(
      'LAKE_SCHEMA_IMPOSSIBLE',
      `key column ${missing.name} is left out of the lake; approve its addition, which copies the table again`,
    );
  }
  const keyFieldIds = keyColumns(schema).flatMap((column) => fieldIds.get(column.attnum) ?? []);
  return { columns, keyFieldIds };
}

/** What a field's doc says: the source column, for renames, and its type, for people. */
export const columnDoc = (column: SourceColumn): string =>
  `pg:attnum=${column.attnum}${column.mask === undefined ? '' : ` mask=${maskText(column.mask)}`} ${column.typeName}`;

export function attnumOf(field: Field): number | null {
  const match = /^pg:attnum=(\d+)\b/.exec(field.doc ?? '');
  return match ? Number(match[1]) : null;
}

/** How the field's values are masked; null when they are not. */
export const maskOf = (field: Field): string | null => /^pg:attnum=\d+ mask=(\S+)/.exec(field.doc ?? '')?.[1] ?? null;

/** Whether it gave way to another column, see replaced-columns.ts: no source column is tied to it any more. */
export const isReplaced = ({ doc }: Field): boolean => /^pg:replaced=\d+/.test(doc ?? '');

/** Finds the source column of a field. */
export function sourceOf(schema: TableSchema): (field: Field) => SourceColumn | null {
  const byAttnum = new Map(schema.columns.map((column) => [column.attnum, column]));
  const names = lakeColumnNames(schema.columns);
  const byName = new Map(schema.columns.map((column) => [names.get(column.attnum) ?? column.name, column]));
  return (field) => {
    const attnum = attnumOf(field);
    // The one that took its place is the source's.
    if (isReplaced(field)) return null;
    return (attnum === null ? byName.get(field.name) : byAttnum.get(attnum)) ?? null;
  };
}

/** The type a source column needs, with element ids that mean nothing. */
export const neededType = (column: SourceColumn, policy: ValuePolicy): Type =>
  icebergType({ type: column.type, policy, newId: () => 0 });

function lakeColumn(options: {
  field: Field;
  source: SourceColumn | null;
  policy: ValuePolicy;
  /** Values that do not fit are treated one by one. */
  keepsType: boolean;
}): LakeColumn {
  const { field, source, policy, keepsType } = options;
  const { type } = field;
  if (source && !keepsType && !canHold(type, neededType(source, 'dead-letter'))) {
    const shown = typeof type === 'string' ? type : type.type;
    throw new AppError('LAKE_SCHEMA_IMPOSSIBLE', `column ${field.name}: ${shown} cannot hold ${source.typeName}`);
  }
  // Text in the lake is decided when the column is created, whatever the policy says now.
  const asText = type === 'string' && source !== null && source.type.kind !== 'text';
  return {
    fieldId: field.id,
    ...(typeof type === 'object' && type.type === 'list' ? { elementFieldId: type['element-id'] } : {}),
    name: field.name,
    type,
    required: field.required,
    attnum: source?.attnum ?? null,
    policy: asText ? 'string' : policy === 'string' ? 'dead-letter' : policy,
  };
}

/** Identifier fields must be required and neither floating nor nested (spec: Identifier Field IDs). */
function mirrorKey(schema: TableSchema, policies: ValuePolicies): SourceColumn[] {
  const key = keyColumns(schema);
  if (key.length === 0) {
    throw new AppError('MIRROR_WITHOUT_KEY', `${schema.schema}.${schema.table} has no key; a mirror needs one`);
  }
  for (const column of key) {
    const policy = policies.get(column.attnum) ?? 'dead-letter';
    const type = neededType(column, policy);
    if (typeof type === 'object' || type === 'float' || type === 'double') {
      throw new AppError(
        'MIRROR_WITHOUT_KEY',
        `key column ${column.name}: ${column.typeName} cannot be a mirror's key`,
      );
    }
    if (policy === 'null') {
      throw new AppError('MIRROR_WITHOUT_KEY', `key column ${column.name} cannot have the policy null`);
    }
  }
  return key;
}

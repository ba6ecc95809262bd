import { maskText } from '@/server/domain/column-rules.ts';
import { currentSchema, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { Field, Type } from '@/server/domain/iceberg/schema.ts';
import { LAST_ADDED, type TableUpdate } from '@/server/domain/iceberg/updates.ts';
import { lakeColumnNames } from '@/server/domain/lake-column-names.ts';
import { DELETED_AT_COLUMN } from '@/server/domain/lake-table.ts';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { icebergType } from './iceberg-type.ts';
import {
  attnumOf,
  carriedColumns,
  columnDoc,
  type Held,
  isReplaced,
  maskOf,
  neededType,
  sourceOf,
  type ValuePolicies,
} from './lake-schema.ts';
import { asReplaced, needsReplacing, promoted, withIdentifier } from './replaced-columns.ts';

/**
 * The updates that bring a lake table up to the source's present columns; empty when nothing changed. New columns are
 * added as optional, renamed ones renamed, types widened where Iceberg allows. Columns the source dropped stay, so that
 * their history can be read, and make way for a later one of their name; what is held stays as it is. A column that rules hide or mask
 * otherwise than before goes, and with it what older files show under it. Throws LAKE_SCHEMA_IMPOSSIBLE for any other change of a type,
 * unless a copy begins: then the column makes way for a new one, and is there under its name until the copied rows are to be shown.
 */
export function evolveSchema(options: {
  metadata: TableMetadata;
  schema: TableSchema;
  policies: ValuePolicies;
  /** The column that says when a row was deleted is added where it is missing. */
  keepsDeleted?: boolean;
  held?: Held;
  /** A copy of all rows begins; the next call without it is the one that shows them. */
  isAnew?: boolean;
  /** Columns that were replaced stay as dropped ones do: for rows that are never copied again. */
  keepsReplaced?: boolean;
}): TableUpdate[] {
  const {
    metadata,
    schema,
    policies,
    keepsDeleted = false,
    held = {},
    isAnew = false,
    keepsReplaced = false,
  } = options;
  const lake = currentSchema(metadata);
  const match = sourceOf(schema);
  const shown = lake.fields.filter(
    (field) => !isOverruled(field, { schema, source: match(field) }) && (isAnew || keepsReplaced || !isReplaced(field)),
  );
  const matched = shown.map((field): { field: Field; source: SourceColumn | null } => {
    const source = match(field);
    if (!isAnew || source === null || held[source.attnum]?.type) return { field, source };
    const policy = policies.get(source.attnum) ?? 'dead-letter';
    return needsReplacing(field, { source, policy }) ? { field: asReplaced(field), source: null } : { field, source };
  });
  const known = new Set(matched.flatMap(({ source }) => (source ? [source.attnum] : [])));
  const keepsName = ({ attnum }: { attnum: number }) => known.has(attnum) && held[attnum]?.name === true;
  const isDropped = ({ field, source }: (typeof matched)[number]) =>
    source === null && (attnumOf(field) !== null || (isReplaced(field) && !isAnew));
  const kept = matched
    .filter((one) => (one.source ? keepsName(one.source) : !isDropped(one)))
    .map(({ field }) => field.name);
  const carried = carriedColumns(schema, held);
  const names = lakeColumnNames(
    carried.filter((column) => !keepsName(column)),
    kept,
  );
  const dropped = droppedNames(
    matched.filter(isDropped).map(({ field }) => field),
    [...kept, ...names.values()],
  );

  const fields = matched.map(({ field, source }): Field => {
    if (!source) return { ...field, name: dropped.get(field.id) ?? field.name };
    const needed = neededType(source, field.type === 'string' ? 'string' : 'dead-letter');
    const type = held[source.attnum]?.type ? field.type : widened(field, needed, source.typeName);
    // Without an attnum in the doc a rename cannot be told from a drop and an add.
    if (attnumOf(field) === null) return type === field.type ? field : { ...field, type };
    return { ...field, name: names.get(source.attnum) ?? field.name, type, doc: columnDoc(source) };
  });
  let lastId = metadata['last-column-id'];
  const newId = () => {
    lastId += 1;
    return lastId;
  };
  for (const column of carried) {
    if (known.has(column.attnum)) continue;
    const id = newId();
    const policy = policies.get(column.attnum) ?? 'dead-letter';
    const type = icebergType({ type: column.type, policy, newId });
    const name = names.get(column.attnum) ?? column.name;
    fields.push({ id, name, required: false, type, doc: columnDoc(column) });
  }
  if (keepsDeleted && !fields.some(({ name }) => name === DELETED_AT_COLUMN.name)) {
    fields.push({ id: newId(), ...DELETED_AT_COLUMN });
  }
  if (JSON.stringify(fields) === JSON.stringify(lake.fields)) return [];
  const highest = Math.max(...metadata.schemas.map((candidate) => candidate['schema-id']));
  return [
    {
      action: 'add-schema',
      schema: withIdentifier({ ...lake, 'schema-id': highest + 1, fields }),
      'last-column-id': lastId,
    },
    { action: 'set-current-schema', 'schema-id': LAST_ADDED },
  ];
}

/** By field id: dropped columns keep their names unless these are taken, and are called `x_dropped` then. */
function droppedNames(fields: readonly Field[], taken: readonly string[]): Map<number, string> {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const names = new Map<number, string>();
  const take = (field: Field, name: string) => {
    used.add(name.toLowerCase());
    names.set(field.id, name);
  };
  for (const field of fields) if (!used.has(field.name.toLowerCase())) take(field, field.name);
  for (const field of fields) {
    if (names.has(field.id)) continue;
    let name = `${field.name}_dropped`;
    for (let n = 2; used.has(name.toLowerCase()); n += 1) name = `${field.name}_dropped_${n}`;
    take(field, name);
  }
  return names;
}

/**
 * What older files have in a column that is hidden or masked now, or was masked, is not to be read as that column any more:
 * it goes, and a new one takes its name.
 */
function isOverruled(
  field: Field,
  { schema, source }: { schema: TableSchema; source: TableSchema['columns'][number] | null },
): boolean {
  const attnum = attnumOf(field);
  if (attnum === null) return false;
  if (schema.hidden?.includes(attnum)) return true;
  return source !== null && maskOf(field) !== (source.mask === undefined ? null : maskText(source.mask));
}

function widened(field: Field, needed: Type, typeName: string): Type {
  const { type } = field;
  const wider = promoted(type, needed);
  if (wider !== null) return wider;
  const shown = typeof type === 'string' ? type : type.type;
  throw new AppError('LAKE_SCHEMA_IMPOSSIBLE', `column ${field.name}: ${shown} cannot become ${typeName}`);
}

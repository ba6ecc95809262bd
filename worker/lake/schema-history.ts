import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { Field, Schema, Type } from '@/server/domain/iceberg/schema.ts';
import type { LakeSchema, LakeSchemaVersion } from '@/server/lake/lake-view.ts';

/** All schemas of a table, newest first, each with what it changed against the one before. */
export function schemaHistory(metadata: TableMetadata): LakeSchemaVersion[] {
  const ascending = [...metadata.schemas].sort((a, b) => a['schema-id'] - b['schema-id']);
  const firstUse = new Map<number, bigint>();
  for (const snapshot of metadata.snapshots) {
    const id = snapshot['schema-id'];
    const at = snapshot['timestamp-ms'];
    if (id !== undefined && at < (firstUse.get(id) ?? at + 1n)) firstUse.set(id, at);
  }
  return ascending
    .map((schema, index) => {
      const before = ascending[index - 1];
      const usedAt = firstUse.get(schema['schema-id']);
      return {
        ...schemaView(schema),
        current: schema['schema-id'] === metadata['current-schema-id'],
        firstUsedAt: usedAt === undefined ? null : new Date(Number(usedAt)).toISOString(),
        changes: before ? changesBetween(before, schema) : [],
      };
    })
    .reverse();
}

export function schemaView(schema: Schema): LakeSchema {
  const keys = new Set(schema['identifier-field-ids'] ?? []);
  return {
    id: schema['schema-id'],
    fields: schema.fields.map((field) => ({
      id: field.id,
      name: field.name,
      type: typeText(field.type),
      required: field.required,
      key: keys.has(field.id),
      doc: field.doc ?? null,
    })),
  };
}

/** Columns are the same as long as their field id is. */
function changesBetween(before: Schema, after: Schema): LakeSchemaVersion['changes'] {
  const old = new Map(before.fields.map((field) => [field.id, field]));
  const kept = new Set(after.fields.map((field) => field.id));
  const removed = before.fields
    .filter((field) => !kept.has(field.id))
    .map((field) => ({ kind: 'removed' as const, column: field.name, detail: typeText(field.type) }));
  return [...after.fields.flatMap((field) => changesOf(old.get(field.id), field)), ...removed];
}

function changesOf(before: Field | undefined, after: Field): LakeSchemaVersion['changes'] {
  const column = after.name;
  if (!before) return [{ kind: 'added', column, detail: typeText(after.type) }];
  const changes: LakeSchemaVersion['changes'] = [];
  if (before.name !== after.name) changes.push({ kind: 'renamed', column, detail: `was ${before.name}` });
  const [from, to] = [typeText(before.type), typeText(after.type)];
  if (from !== to) changes.push({ kind: 'type', column, detail: `${from} to ${to}` });
  if (before.required !== after.required) {
    changes.push({
      kind: after.required ? 'required' : 'optional',
      column,
      detail: `now ${after.required ? 'required' : 'optional'}`,
    });
  }
  return changes;
}

/** A type in one line, as the specification writes nested ones. */
export function typeText(type: Type): string {
  if (typeof type === 'string') return type;
  switch (type.type) {
    case 'list':
      return `list<${typeText(type.element)}>`;
    case 'map':
      return `map<${typeText(type.key)}, ${typeText(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}: ${typeText(field.type)}`).join(', ')}>`;
  }
}

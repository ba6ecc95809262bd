import type { Field, Schema, Type } from '@/server/domain/iceberg/schema.ts';
import type { SourceColumn } from '@/server/domain/table-schema.ts';
import type { ValuePolicy } from '@/server/domain/value-type.ts';
import { canHold } from './iceberg-type.ts';
import { neededType } from './lake-schema.ts';

/** A column that gives way to another one since its type cannot follow the source's. What is copied has no value for it. */
export const asReplaced = (field: Field): Field => ({
  ...field,
  required: false,
  doc: (field.doc ?? '').replace(/^pg:attnum=/, 'pg:replaced='),
});

/** Whether only a new column can take what a copy brings: by the source's type, or because it is to be text by its policy. */
export function needsReplacing(
  field: Field,
  { source, policy }: { source: SourceColumn; policy: ValuePolicy },
): boolean {
  return promoted(field.type, neededType(source, field.type === 'string' ? 'string' : policy)) === null;
}

/** The type that a column gets to take `needed` values as well; null when Iceberg has no way (spec: Schema Evolution). */
export function promoted(type: Type, needed: Type): Type | null {
  if (canHold(type, needed)) return type;
  if (!canHold(needed, type) || needed === 'string') return null;
  // Only the element changes; its field id stays.
  return typeof needed === 'object' && typeof type === 'object' && needed.type === 'list' && type.type === 'list'
    ? { ...type, element: needed.element }
    : needed;
}

/** Without the identifier when a column of it was replaced: what is left does not tell rows apart (spec: Identifier Field IDs). */
export function withIdentifier(schema: Schema): Schema {
  const { 'identifier-field-ids': ids = [], ...rest } = schema;
  const fit = new Set(schema.fields.filter(({ required }) => required).map(({ id }) => id));
  return ids.every((id) => fit.has(id)) ? schema : rest;
}

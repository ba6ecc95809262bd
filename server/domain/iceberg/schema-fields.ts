import type { Field, Schema, Type } from './schema.ts';

/** A field at any depth with its dotted name; list elements and map entries are fields of their own. */
export type NestedField = {
  readonly id: number;
  readonly path: string;
  readonly type: Type;
  readonly required: boolean;
  /** A non-null initial-default. */
  readonly hasDefault: boolean;
  /** Struct children all the way up: outside lists and maps. */
  readonly inStructs: boolean;
  /** Every enclosing struct is required too. */
  readonly parentsRequired: boolean;
};

/** Every field of a schema, parents before children. */
export function* nestedFields(schema: { readonly fields: readonly Field[] }): Generator<NestedField> {
  yield* ofStruct(schema.fields, { prefix: '', inStructs: true, parentsRequired: true });
}

export function highestFieldId(schema: Schema): number {
  let highest = 0;
  for (const field of nestedFields(schema)) highest = Math.max(highest, field.id);
  return highest;
}

type Place = { readonly prefix: string; readonly inStructs: boolean; readonly parentsRequired: boolean };

function* ofStruct(fields: readonly Field[], place: Place): Generator<NestedField> {
  for (const field of fields) yield* ofField(field, place);
}

function* ofField(field: Field, place: Place): Generator<NestedField> {
  const { id, type, required } = field;
  const path = place.prefix + field.name;
  const hasDefault = (field['initial-default'] ?? null) !== null;
  yield { id, path, type, required, hasDefault, inStructs: place.inStructs, parentsRequired: place.parentsRequired };
  if (typeof type === 'string') return;
  const below = { prefix: `${path}.`, inStructs: false, parentsRequired: place.parentsRequired && required };
  switch (type.type) {
    case 'struct':
      yield* ofStruct(type.fields, { ...below, inStructs: place.inStructs });
      return;
    case 'list':
      yield* ofField(element(type['element-id'], 'element', type.element, type['element-required']), below);
      return;
    case 'map':
      yield* ofField(element(type['key-id'], 'key', type.key, true), below);
      yield* ofField(element(type['value-id'], 'value', type.value, type['value-required']), below);
  }
}

const element = (id: number, name: string, type: Type, required: boolean): Field => ({ id, name, type, required });

import type { Field, Schema, Type } from './schema.ts';

/**
 * Numbers a schema's fields anew from 1: all fields of a struct first, then what is inside them (Java:
 * TypeUtil.assignFreshIds). `newIds` maps the ids of the request to the table's.
 */
export function assignFreshIds(schema: Schema): {
  schema: Schema;
  newIds: ReadonlyMap<number, number>;
  lastId: number;
} {
  const newIds = new Map<number, number>();
  let lastId = 0;
  const fresh = (old: number): number => {
    newIds.set(old, ++lastId);
    return lastId;
  };
  const ofStruct = (fields: readonly Field[]): Field[] => {
    const numbered = fields.map((field) => ({ ...field, id: fresh(field.id) }));
    return numbered.map((field) => ({ ...field, type: ofType(field.type) }));
  };
  const ofType = (type: Type): Type => {
    if (typeof type === 'string') return type;
    switch (type.type) {
      case 'struct':
        return { ...type, fields: ofStruct(type.fields) };
      case 'list': {
        const id = fresh(type['element-id']);
        return { ...type, 'element-id': id, element: ofType(type.element) };
      }
      case 'map': {
        const [keyId, valueId] = [fresh(type['key-id']), fresh(type['value-id'])];
        return { ...type, 'key-id': keyId, 'value-id': valueId, key: ofType(type.key), value: ofType(type.value) };
      }
    }
  };
  const fields = ofStruct(schema.fields);
  const identifier = schema['identifier-field-ids']?.map((id) => newIds.get(id) ?? id);
  const numbered = { ...schema, fields, ...(identifier ? { 'identifier-field-ids': identifier } : {}) };
  return { schema: numbered, newIds, lastId };
}

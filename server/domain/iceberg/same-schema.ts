import { stringifyJson } from './lossless-json.ts';
import type { Field, Schema, Type } from './schema.ts';

/** Whether two schemas say the same, whatever their schema ids and the order of JSON properties. */
export const sameSchema = (a: Schema, b: Schema): boolean => canonical(a) === canonical(b);

const canonical = (schema: Schema): string =>
  stringifyJson([schema.fields.map(field), [...(schema['identifier-field-ids'] ?? [])].sort((a, b) => a - b)]);

const field = ({ id, name, required, type: fieldType, doc, ...defaults }: Field): unknown => [
  id,
  name,
  required,
  type(fieldType),
  doc ?? null,
  defaults['initial-default'] ?? null,
  defaults['write-default'] ?? null,
];

function type(value: Type): unknown {
  if (typeof value === 'string') return value.replaceAll(' ', '');
  switch (value.type) {
    case 'struct':
      return value.fields.map(field);
    case 'list':
      return ['list', value['element-id'], type(value.element), value['element-required']];
    case 'map':
      return ['map', value['key-id'], type(value.key), value['value-id'], type(value.value), value['value-required']];
  }
}

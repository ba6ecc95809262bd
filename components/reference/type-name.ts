import { isRecord, nameOf, type Schema } from './document.ts';

/** A schema in a few words: `string, a date`, `list of Source`, `one of asc, desc`. */
export function typeName(schema: Schema): string {
  if (typeof schema.$ref === 'string') return nameOf(schema.$ref);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return choices.filter(isRecord).map(typeName).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeName({ ...schema, type })).join(' | ');
  if (schema.type === 'array') return `list of ${isRecord(schema.items) ? typeName(schema.items) : 'values'}`;
  if (schema.type === 'object' && isRecord(schema.additionalProperties)) {
    return `object of ${typeName(schema.additionalProperties)}`;
  }
  const type = typeof schema.type === 'string' ? schema.type : 'any';
  return typeof schema.format === 'string' ? `${type} (${schema.format})` : type;
}

/** Bounds and defaults, as far as they say something. */
export function limitsOf(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  return [
    'default' in schema ? `default ${JSON.stringify(schema.default)}` : '',
    between('', minimum, isSafe(maximum) ? maximum : undefined),
    between(' characters', minLength, maxLength),
    between(' entries', minItems, maxItems),
    typeof schema.pattern === 'string' ? `pattern ${schema.pattern}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

const isSafe = (value: unknown): boolean => typeof value === 'number' && value < Number.MAX_SAFE_INTEGER;

function between(unit: string, min: unknown, max: unknown): string {
  if (typeof min === 'number' && typeof max === 'number') return `${min} to ${max}${unit}`;
  if (typeof min === 'number' && min > -Number.MAX_SAFE_INTEGER) return `at least ${min}${unit}`;
  return typeof max === 'number' ? `at most ${max}${unit}` : '';
}

import fc from 'fast-check';

export type Schema = { readonly [key: string]: unknown };
type Refs = Readonly<Record<string, Schema>>;

const DEPTH_MAX = 6;

/** Values that a JSON schema describes; `refs` are the document's components. */
export function fromSchema(schema: Schema, refs: Refs, depth = 0): fc.Arbitrary<unknown> {
  if (depth > DEPTH_MAX) return fc.constant(null);
  const below = (part: unknown) => fromSchema(isSchema(part) ? part : {}, refs, depth + 1);
  if (typeof schema.$ref === 'string') return below(refs[schema.$ref.split('/').at(-1) ?? '']);
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map(below));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => below({ ...schema, type })));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: bound(schema.minimum, -1_000), max: bound(schema.maximum, 1_000_000) });
    case 'number':
      return fc.double({ min: bound(schema.minimum, -1e6), max: bound(schema.maximum, 1e6), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(below(schema.items), { minLength: Number(schema.minItems ?? 0), maxLength: 4 });
    case 'object':
      return object(schema, below);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function object(schema: Schema, below: (part: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, below(part)])), {
    requiredKeys: required,
  });
  if (!isSchema(schema.additionalProperties)) return known;
  const more = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), below(schema.additionalProperties), {
    maxKeys: 3,
  });
  return fc.tuple(known, more).map(([a, b]) => ({ ...b, ...a }));
}

function text(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === 'date-time') {
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
  }
  if (schema.format === 'email') return fc.nat(10_000).map((number) => `person${number}@example.com`);
  if (schema.format === 'uri')
    return fc.constantFrom('https://lake.example.com/x', 'http://10.0.0.1:8181/', 'https://[::1]/');
  if (typeof schema.pattern === 'string') {
    try {
      return fc.stringMatching(new RegExp(schema.pattern, 'u'));
    } catch {
      // A pattern that cannot be generated from: plain names fit most of them.
      return fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
    }
  }
  return fc.string({
    minLength: Number(schema.minLength ?? 0),
    maxLength: Math.min(Number(schema.maxLength ?? 30), 60),
    unit: 'grapheme',
  });
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bound = (given: unknown, otherwise: number): number =>
  typeof given === 'number' && Math.abs(given) <= Number.MAX_SAFE_INTEGER ? given : otherwise;

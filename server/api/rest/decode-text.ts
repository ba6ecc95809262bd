import * as z from 'zod';
import { fieldError } from '@/server/errors/app-error.ts';

type Decoded = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** Reads a query as the fields of a schema. Throws INVALID_INPUT for a field that is unknown or cannot be read. */
export function decodeQuery(
  shape: Readonly<Record<string, z.ZodType>>,
  query: URLSearchParams,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!schema) throw fieldError('INVALID_INPUT', name, 'is not known here');
    const decoded = decodeText(schema, query.getAll(name));
    if (!decoded.ok) throw fieldError('INVALID_INPUT', name, decoded.reason);
    input[name] = decoded.value;
  }
  return input;
}

/**
 * Reads a query or path parameter as what its schema takes; the schema then checks the value. Strict: `true` and `false`
 * are the only booleans, and a number is written in digits.
 */
export function decodeText(schema: z.ZodType, texts: readonly string[]): Decoded {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) {
    const entries = texts.map((text) => decodeOne(unwrap(inner.element as z.ZodType), text));
    const wrong = entries.find((entry) => !entry.ok);
    return wrong ?? { ok: true, value: entries.map((entry) => (entry.ok ? entry.value : undefined)) };
  }
  const [text, ...more] = texts;
  if (text === undefined || more.length > 0) return { ok: false, reason: 'is given more than once' };
  return decodeOne(inner, text);
}

function decodeOne(schema: z.ZodType, text: string): Decoded {
  if (schema instanceof z.ZodNumber) {
    return /^-?\d{1,17}(\.\d{1,17})?$/.test(text)
      ? { ok: true, value: Number(text) }
      : { ok: false, reason: 'must be a number' };
  }
  if (schema instanceof z.ZodBoolean) {
    return text === 'true' || text === 'false'
      ? { ok: true, value: text === 'true' }
      : { ok: false, reason: 'must be true or false' };
  }
  return { ok: true, value: text };
}

/** Without what makes a schema optional or gives it a default. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}

import * as z from 'zod';
import type { JsonRecord } from './json.ts';

/** The fields of a query as the document describes them. */
export function queryParameters(input: z.ZodObject): JsonRecord[] {
  return Object.entries(input.shape).map(([name, field]) => {
    const { $schema: _, description, ...schema } = z.toJSONSchema(field, { io: 'input' });
    return {
      name,
      in: 'query',
      required: !z.safeParse(field, undefined).success,
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });
}

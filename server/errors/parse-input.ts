import { z } from 'zod';
import { AppError } from './app-error.ts';

/** Parses what came from outside. Throws INVALID_INPUT naming each field and its reason; values are never repeated. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => {
    const field = z.core.toDotPath(issue.path);
    return field === '' ? issue.message : `${field}: ${issue.message}`;
  });
  throw new AppError('INVALID_INPUT', reasons.join('; '));
}

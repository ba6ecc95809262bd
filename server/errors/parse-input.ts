import { z } from 'zod';
import { AppError, type FieldProblem } from './app-error.ts';
import './plain-words.ts';

/** Parses what came from outside. Throws INVALID_INPUT naming each field and its reason; values are never repeated. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error);
}

/** What a schema refused, as INVALID_INPUT. */
export function invalidInput(error: z.ZodError): AppError {
  const problems = error.issues.map((issue) => ({ field: z.core.toDotPath(issue.path), reason: issue.message }));
  const message = problems.map(({ field, reason }) => (field === '' ? reason : `${field}: ${reason}`)).join('; ');
  return new AppError('INVALID_INPUT', message, { fields: problems.filter(isNamed), cause: error });
}

const isNamed = ({ field }: FieldProblem): boolean => field !== '';

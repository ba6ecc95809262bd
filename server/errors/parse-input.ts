import * as z from 'zod';
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
  const problems = error.issues.flatMap((issue) => {
    const path = z.core.toDotPath(issue.path);
    if (issue.code !== 'unrecognized_keys') return [{ field: path, reason: issue.message }];
    return issue.keys.map((key) => ({ field: path === '' ? key : `${path}.${key}`, reason: 'is no field here' }));
  });
  const message = problems.map(({ field, reason }) => (field === '' ? reason : `${field}: ${reason}`)).join('; ');
  return new AppError('INVALID_INPUT', message, { fields: problems.filter(isNamed), cause: error });
}

const isNamed = ({ field }: FieldProblem): boolean => field !== '';

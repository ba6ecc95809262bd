import * as z from 'zod';
import { Problem } from '@/server/errors/problem.ts';
import type { JsonRecord } from './json.ts';

/** Answers that many operations share, by name. */
export const PROBLEMS = {
  InvalidInput: [400, 'The input is wrong; the problem names each field and its reason'],
  Unauthenticated: [401, 'No valid API key was sent, and nobody is signed in'],
  Forbidden: [403, 'A right is missing, or the request comes from another site'],
  NotFound: [404, 'It does not exist'],
  Conflict: [409, 'The present state does not allow it'],
  PreconditionFailed: [412, 'It was changed since `If-Match` was read'],
  PayloadTooLarge: [413, 'The body is larger than a megabyte'],
  UnsupportedMediaType: [415, 'The body is not JSON'],
  Unprocessable: [422, 'The input is well-formed and cannot be done, or the Idempotency-Key belongs to another body'],
  TooManyRequests: [429, 'Too many calls; `Retry-After` says when to come back'],
  Unreachable: [502, 'A system that had to be asked does not answer, or refuses us'],
  Unavailable: [503, 'A part that has to serve the request is not there; `detail` says which'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;
export type ProblemName = keyof typeof PROBLEMS;

/** `components.responses`. */
export const problemResponses = (): JsonRecord =>
  Object.fromEntries(
    Object.entries(PROBLEMS).map(([name, [status, description]]) => [
      name,
      {
        description,
        headers: { ...REQUEST_ID, ...(status === 429 ? RETRY_AFTER : {}) },
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );

/** References to problems, as an operation lists them. */
export const refer = (names: readonly ProblemName[]): JsonRecord =>
  Object.fromEntries(names.map((name) => [String(PROBLEMS[name][0]), { $ref: `#/components/responses/${name}` }]));

/** The schema of a problem; the generator has no operation that would bring it along. */
export function problemSchema(): JsonRecord {
  const { $schema: _, id: __, ...schema } = z.toJSONSchema(z.object(Problem.shape), { io: 'output' });
  return schema;
}

export const REQUEST_ID = {
  'X-Request-Id': { description: 'Names this request in the log', schema: { type: 'string' } },
};
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until it is worth trying again', schema: { type: 'integer' } },
};

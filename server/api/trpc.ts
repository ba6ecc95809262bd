import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { Actor } from '@/server/auth/actor.ts';
import type { Scope } from '@/server/auth/scopes.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { invalidInput } from '@/server/errors/parse-input.ts';
import { type Problem, problemOf } from '@/server/errors/problem.ts';
import { allow } from './allow.ts';
import { refuseUnstorable } from './refuse-unstorable.ts';
import type { RestRoute } from './rest-route.ts';

/** What a request brings along. */
export type ApiContext = {
  readonly deps: ControlDeps;
  /** Null for somebody who is not signed in. */
  readonly actor: Actor | null;
  readonly requestId: string;
  /** Network address the request came from. */
  readonly address: string | null;
};

/** Who may call a procedure: holders of a right, everybody who is signed in, or really everybody. */
export type Access = Scope | 'signed-in' | 'public';

export type ApiMeta = RestRoute & { readonly access?: Access };

const t = initTRPC
  .context<ApiContext>()
  .meta<ApiMeta>()
  .create({
    isDev: false,
    errorFormatter: ({ shape, error, ctx, path }) => {
      const problem = toProblem(error, ctx?.requestId);
      // The library's own message may repeat what a driver said.
      return { ...shape, message: problem.detail, data: { ...dataOf(shape.data, problem), path, problem } };
    },
  });

export const router = t.router;

/**
 * Begins a procedure for those who have `access`. The right is checked before the input is read, so that strangers learn
 * nothing of its shape; a refusal is on record.
 */
export const procedure = (access: Exclude<Access, 'public'>) =>
  t.procedure.meta({ access }).use(async ({ ctx, path, getRawInput, next }) => {
    const { actor } = ctx;
    if (!actor) throw new AppError('UNAUTHENTICATED', 'nobody is signed in');
    if (access !== 'signed-in') await allow(ctx.deps, actor, { scope: access, path });
    refuseUnstorable(await getRawInput());
    return next({ ctx: { ...ctx, actor } });
  });

/** The problem that a failed call is told as. Failures of use-cases arrive wrapped; so do refused inputs. */
export function toProblem(error: unknown, requestId?: string): Problem {
  if (!(error instanceof TRPCError)) return problemOf(error, requestId);
  const { cause } = error;
  if (error.code === 'BAD_REQUEST' && cause instanceof ZodError) return problemOf(invalidInput(cause), requestId);
  if (cause !== undefined && error.code === 'INTERNAL_SERVER_ERROR') return problemOf(cause, requestId);
  return problemOf(protocolError(error), requestId);
}

/** What the library itself refuses: a wrong path, method, body or batch. */
function protocolError(error: TRPCError): unknown {
  switch (error.code) {
    case 'NOT_FOUND':
      return new AppError('NOT_FOUND', 'there is no such procedure');
    case 'METHOD_NOT_SUPPORTED':
      return new AppError('METHOD_NOT_ALLOWED', 'queries are asked with GET, mutations with POST');
    case 'UNSUPPORTED_MEDIA_TYPE':
      return new AppError('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json');
    case 'PAYLOAD_TOO_LARGE':
      return new AppError('PAYLOAD_TOO_LARGE', 'the body is larger than the API takes');
    case 'BAD_REQUEST':
    case 'PARSE_ERROR':
      return new AppError('INVALID_INPUT', 'the request is not what this interface expects');
    default:
      return error;
  }
}

const CODES = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT' } as const;

const dataOf = <Data extends { code: TRPCError['code'] }>(data: Data, problem: Problem) => ({
  ...data,
  code: Object.entries(CODES).find(([status]) => Number(status) === problem.status)?.[1] ?? data.code,
  httpStatus: problem.status,
});

import type { AnyProcedure } from '@trpc/server';
import * as z from 'zod';
import type { RestRoute } from '@/server/api/rest-route.ts';
import { appRouter } from '@/server/api/root.ts';
import type { Access, ApiMeta } from '@/server/api/trpc.ts';
import { type Pattern, parsePattern } from './path-pattern.ts';

/** A procedure as REST serves it. */
export type ProcedureRoute = {
  readonly method: string;
  readonly pattern: Pattern;
  readonly access: Access;
  /** Of the procedure in its router: `sources.list`. */
  readonly procedure: string;
  readonly type: 'query' | 'mutation';
  /** Fields of the input. */
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly hasOutput: boolean;
  readonly rest: NonNullable<RestRoute['rest']>;
};

/** Every procedure by its path in the router, which keeps them in one flat record. */
export const PROCEDURES = Object.entries<unknown>(appRouter._def.procedures).filter(
  (entry): entry is [string, AnyProcedure] => typeof entry[1] === 'function' && '_def' in entry[1],
);

/** Every procedure that has a route. */
export const PROCEDURE_ROUTES: readonly ProcedureRoute[] = PROCEDURES.flatMap(([name, procedure]) => {
  const meta = procedure.meta as ApiMeta | undefined;
  const { type } = procedure._def;
  if (!meta?.openapi || type === 'subscription') return [];
  const { inputs, output } = parsersOf(procedure);
  return [
    {
      method: meta.openapi.method,
      pattern: parsePattern(meta.openapi.path),
      access: meta.access ?? 'signed-in',
      procedure: name,
      type,
      shape: inputs.shape,
      hasOutput: !(output instanceof z.ZodVoid),
      rest: meta.rest ?? {},
    },
  ];
});

/** The library keeps the parsers of a procedure where its types do not show them. */
function parsersOf(procedure: AnyProcedure): { inputs: z.ZodObject; output: z.ZodType } {
  const { inputs, output } = procedure._def as { inputs?: unknown[]; output?: unknown };
  const [input = z.strictObject({})] = inputs ?? [];
  if (!(input instanceof z.ZodObject)) throw new TypeError('a procedure with a route needs an object as input');
  if (!(output instanceof z.ZodType)) throw new TypeError('a procedure with a route needs an output');
  return { inputs: input, output };
}

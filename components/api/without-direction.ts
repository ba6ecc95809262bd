import type { TRPCLink } from '@trpc/client';
import type { AppRouter } from '@/server/api/root.ts';

/** Paged queries name the direction of each page; the API's lists know a cursor only and refuse unknown fields. */
export const withoutDirection: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    next({ ...op, input: strip(op.input) });

function strip(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('direction' in input)) return input;
  const { direction: _, ...rest } = input;
  return rest;
}

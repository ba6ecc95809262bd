import { TRPCClientError } from '@trpc/client';
import type { AppRouter } from '@/server/api/root.ts';
import type { Problem } from '@/server/errors/problem.ts';

/** The problem that a failed call was answered with; null when there was no answer at all. */
export function problemOf(error: unknown): Problem | null {
  if (!(error instanceof TRPCClientError)) return null;
  const { data } = error as TRPCClientError<AppRouter>;
  return data?.problem ?? null;
}

'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import type { inferRouterInputs } from '@trpc/server';
import { useTRPC } from '@/components/api/trpc.ts';
import { type ConnectionTest, outcomeOf, whileItRuns } from '@/components/sources/connection-test.tsx';
import type { AppRouter } from '@/server/api/root.ts';

type Input = inferRouterInputs<AppRouter>['destinations']['test'];

/** A test of a destination: a worker writes and removes a file, and makes and drops a table. */
export function useDestinationTest(): ConnectionTest<Input> {
  const trpc = useTRPC();
  const started = useMutation(trpc.destinations.test.mutationOptions());
  const testId = started.data?.testId ?? '';
  const result = useQuery(trpc.destinations.testResult.queryOptions({ testId }, whileItRuns(testId)));
  return { start: (input) => started.mutate(input), ...outcomeOf(started, result) };
}

'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { inferRouterInputs } from '@trpc/server';
import { useEffect } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { type ConnectionTest, outcomeOf, whileItRuns } from '@/components/sources/connection-test.tsx';
import type { AppRouter } from '@/server/api/root.ts';

type Input = inferRouterInputs<AppRouter>['destinations']['test'];

/** A test of a destination: a worker writes and removes a file, and makes and drops a table. */
export function useDestinationTest(): ConnectionTest<Input> {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const started = useMutation(trpc.destinations.test.mutationOptions());
  const testId = started.data?.testId ?? '';
  const result = useQuery(trpc.destinations.testResult.queryOptions({ testId }, whileItRuns(testId)));
  const outcome = outcomeOf(started, result);
  const isOver = outcome.result !== null;
  // What came of it is kept beside the destination.
  useEffect(() => {
    if (isOver) void queries.invalidateQueries({ queryKey: trpc.destinations.pathKey() });
  }, [isOver, queries, trpc]);
  return { start: (input) => started.mutate(input), ...outcome };
}

'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { inferRouterInputs } from '@trpc/server';
import { useTRPC, useTRPCClient } from '@/components/api/trpc.ts';
import type { AppRouter } from '@/server/api/root.ts';

type Check = inferRouterInputs<AppRouter>['sources']['preflight'];

/** A check connects to the source: it is not repeated just because a page is opened again. */
const FRESH_MS = 60_000;

/** What stands in the way of replicating from a source, and from tables of it. `refetch` checks again. */
export function useSourceCheck(id: string, chosen: Omit<Check, 'id'> = {}, options: { enabled?: boolean } = {}) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  return useQuery({
    queryKey: [...trpc.sources.preflight.mutationKey(), { id, ...chosen }],
    queryFn: ({ signal }) =>
      client.sources.preflight
        .mutate({ id, ...chosen }, { signal, context: { slow: true } })
        // What came of it is kept beside the source.
        .finally(() => queries.invalidateQueries({ queryKey: trpc.sources.get.queryKey({ id }) })),
    staleTime: FRESH_MS,
    retry: false,
    refetchOnWindowFocus: false,
    enabled: options.enabled ?? true,
  });
}

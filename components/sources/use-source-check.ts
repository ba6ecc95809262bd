'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTRPC, useTRPCClient } from '@/components/api/trpc.ts';
import type { CheckedTable } from './source-types.ts';

/** A check connects to the source: it is not repeated just because a page is opened again. */
const FRESH_MS = 60_000;

/** What stands in the way of replicating from a source, and from tables of it. `refetch` checks again. */
export function useSourceCheck(id: string, tables: readonly CheckedTable[] = [], options: { enabled?: boolean } = {}) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  return useQuery({
    queryKey: [...trpc.sources.preflight.mutationKey(), { id, tables }],
    queryFn: ({ signal }) =>
      client.sources.preflight
        .mutate({ id, tables: [...tables] }, { signal, context: { slow: true } })
        // What came of it is kept beside the source.
        .finally(() => queries.invalidateQueries({ queryKey: trpc.sources.get.queryKey({ id }) })),
    staleTime: FRESH_MS,
    retry: false,
    refetchOnWindowFocus: false,
    enabled: options.enabled ?? true,
  });
}

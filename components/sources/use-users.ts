'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';

/** More are not named one by one. */
const NAMED = 100;

/** The pipelines of one source or destination, by name; empty until they are known. */
export function useUsers(of: { readonly sourceId: string } | { readonly destinationId: string }) {
  const trpc = useTRPC();
  return useQuery(trpc.pipelines.list.queryOptions({ ...of, limit: NAMED })).data?.items ?? [];
}

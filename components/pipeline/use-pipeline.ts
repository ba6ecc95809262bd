'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';

/** A pipeline with its tables and latest commits; the event stream keeps it true. */
export function usePipeline(id: string) {
  const trpc = useTRPC();
  return useQuery(trpc.pipelines.status.queryOptions({ id }));
}

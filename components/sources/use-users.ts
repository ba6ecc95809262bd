'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import type { PipelineSummary } from '@/components/pipeline/pipeline-types.ts';

/** As many as a list gives at once. */
const LISTED = 200;
const WORST_FIRST = ['needs_attention', 'copying', 'starting', 'stopping', 'running', 'paused', 'stopped', 'draft'];

export type UsedBy = { readonly pipelines: readonly PipelineSummary[]; readonly state: string | null };

/** The pipelines of each source or destination, and the state of the one that matters most; undefined until known. */
export function useUsers(side: 'source' | 'destination'): ((id: string) => UsedBy) | undefined {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.pipelines.list.queryOptions({ limit: LISTED }));
  if (!data) return undefined;
  return (id) => {
    const pipelines = data.items.filter((pipeline) => pipeline[side].id === id);
    return { pipelines, state: WORST_FIRST.find((state) => pipelines.some((each) => each.state === state)) ?? null };
  };
}

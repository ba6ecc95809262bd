'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { counted } from '@/components/ui/figures.ts';
import { useToast } from '@/components/ui/toast.tsx';

/** Replay and discard of all open rows that share a reason. */
export function useGroupVerbs() {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const refresh = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: trpc.deadLetters.pathKey() }),
      queries.invalidateQueries({ queryKey: trpc.pipelines.status.pathKey() }),
    ]);
  return {
    replay: useMutation(
      trpc.deadLetters.replayAll.mutationOptions({
        onSuccess: ({ count }) => {
          toast.done(
            `${counted(count, 'row')} to be replayed`,
            'A worker fetches them from the source as they are now.',
          );
          return refresh();
        },
        onError: (error) => toast.failed('Nothing was replayed', error),
      }),
    ),
    discard: useMutation(
      trpc.deadLetters.discardAll.mutationOptions({
        onSuccess: ({ count }) => {
          toast.done(`${counted(count, 'row')} discarded`);
          return refresh();
        },
      }),
    ),
  };
}

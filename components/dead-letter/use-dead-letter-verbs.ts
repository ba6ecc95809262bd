'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useToast } from '@/components/ui/toast.tsx';

/** Replay and discard of one parked row. */
export function useDeadLetterVerbs() {
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
      trpc.deadLetters.replay.mutationOptions({
        onSuccess: () => {
          toast.done('The replay is asked for', 'A worker tries it within seconds.');
          return refresh();
        },
        onError: (error) => toast.failed('The row was not replayed', error),
      }),
    ),
    discard: useMutation(
      trpc.deadLetters.discard.mutationOptions({
        onSuccess: () => {
          toast.done('The row is discarded');
          return refresh();
        },
      }),
    ),
  };
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useToast } from '@/components/ui/toast.tsx';
import type { TableView } from './table-types.ts';

/** What can be done with the verifications of a table; each says when it is done or refused. */
export function useVerificationVerbs({
  pipelineId,
  id: tableId,
  source,
}: Pick<TableView, 'pipelineId' | 'id' | 'source'>) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const told = (done: string, failed: string) => ({
    onSuccess: () => {
      toast.done(`${source} ${done}`, '');
      return Promise.all([
        queries.invalidateQueries({ queryKey: trpc.verifications.pathKey() }),
        queries.invalidateQueries({ queryKey: trpc.tables.pathKey() }),
      ]);
    },
    onError: (error: unknown) => toast.failed(`${source} ${failed}`, error),
  });
  return {
    key: { pipelineId, tableId },
    start: useMutation(trpc.verifications.start.mutationOptions(told('is being verified', 'is not verified'))),
    cancel: useMutation(
      trpc.verifications.cancel.mutationOptions(told('is not verified any more', 'is verified all the same')),
    ),
    repair: useMutation(trpc.verifications.repair.mutationOptions(told('is being repaired', 'was not repaired'))),
  };
}

'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useToast } from '@/components/ui/toast.tsx';

/** Start, pause, resume, stop, resync: each says when it is done or refused; figures follow by the event stream. */
export function usePipelineVerbs() {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const told = (done: string, failed: string) => ({
    onSuccess: () => {
      toast.done(done);
      return queries.invalidateQueries({ queryKey: trpc.pipelines.pathKey() });
    },
    onError: (error: unknown) => toast.failed(failed, error),
  });
  return {
    start: useMutation(trpc.pipelines.start.mutationOptions(told('Pipeline starts', 'The pipeline did not start'))),
    stop: useMutation(trpc.pipelines.stop.mutationOptions(told('Pipeline stops', 'The pipeline was not stopped'))),
    pause: useMutation(trpc.pipelines.pause.mutationOptions(told('Pipeline is paused', 'The pipeline was not paused'))),
    resume: useMutation(trpc.pipelines.resume.mutationOptions(told('Pipeline resumes', 'The pipeline did not resume'))),
    resync: useMutation(
      trpc.pipelines.resync.mutationOptions(told('Pipeline is copied anew', 'The pipeline was not resynced')),
    ),
  };
}

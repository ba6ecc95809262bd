'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { pathOf } from '@/components/api/apply-event.ts';
import { useTRPC } from '@/components/api/trpc.ts';
import { DROPPED_COLUMNS } from '@/components/table/resync-dialog.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { bytesText, counted } from '@/components/ui/figures.ts';
import { useToast } from '@/components/ui/toast.tsx';
import type { PipelineSummary } from './pipeline-types.ts';
import { usePipelineVerbs } from './use-pipeline-verbs.ts';

export type Asked = 'pause' | 'stop' | 'resync' | 'delete';

/** What each of the graver actions does to the source and the lake, before it does. */
export function PipelineDialogs(props: { pipeline: PipelineSummary; asked: Asked | null; onClose: () => void }) {
  const { pipeline, asked, onClose } = props;
  const { id, name, tables, slot } = pipeline;
  const verbs = usePipelineVerbs();
  const remove = useRemove(pipeline);
  const kept = slot?.retainedBytes ? ` It keeps ${bytesText(slot.retainedBytes)} now.` : '';
  const limit = slot?.safeBytes
    ? `After ${bytesText(slot.safeBytes)} more the source drops the slot, and the tables must be copied again.`
    : 'The source sets no limit to that (max_slot_wal_keep_size), so watch its disk.';
  const lakeTables = 'Its lake tables stay readable as they are now.';
  const then = { onSuccess: onClose };
  return (
    <>
      <ConfirmDialog
        open={asked === 'pause'}
        onClose={onClose}
        title={`Pause pipeline ${name}?`}
        consequences={[`The source keeps all WAL that is written until it is resumed.${kept}`, limit]}
        stays={['What is captured stays in the buffer.', lakeTables]}
        action="Pause pipeline"
        acting="Pausing"
        isPending={verbs.pause.isPending}
        error={verbs.pause.error}
        onConfirm={() => verbs.pause.mutate({ id }, then)}
      />
      <ConfirmDialog
        open={asked === 'stop'}
        onClose={onClose}
        title={`Stop pipeline ${name}?`}
        consequences={[`Nobody works on it any more. Its slot keeps WAL on the source.${kept}`, limit]}
        stays={['Slot and publication stay, so that it can go on where it was.', lakeTables]}
        action="Stop pipeline"
        acting="Stopping"
        isPending={verbs.stop.isPending}
        error={verbs.stop.error}
        onConfirm={() => verbs.stop.mutate({ id }, then)}
      />
      <ConfirmDialog
        open={asked === 'resync'}
        onClose={onClose}
        title={`Resync pipeline ${name}?`}
        consequences={[
          'It gets a new slot on the source; the old one is dropped.',
          `${counted(tables.all, 'table')} ${tables.all === 1 ? 'is' : 'are'} copied anew, which reads all of their rows from the source.`,
          DROPPED_COLUMNS,
        ]}
        stays={['Readers see the present content of each lake table until its new copy takes its place in one commit.']}
        action="Resync pipeline"
        acting="Asking"
        isDanger
        isPending={verbs.resync.isPending}
        error={verbs.resync.error}
        onConfirm={() => verbs.resync.mutate({ id }, then)}
      />
      <ConfirmDialog
        open={asked === 'delete'}
        onClose={onClose}
        title={`Delete pipeline ${name}?`}
        consequences={[
          'Its slot and publication are dropped on the source.',
          'Its buffer, history, dead letters and settings are deleted.',
        ]}
        stays={[
          `Its lake tables stay in ${pipeline.destination.name}, and are not updated any more. Each can be dropped on its page in the lake.`,
        ]}
        action="Delete pipeline"
        acting="Deleting"
        isDanger
        typeName={name}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ id }, then)}
      />
    </>
  );
}

function useRemove({ name }: PipelineSummary) {
  const trpc = useTRPC();
  const toast = useToast();
  const router = useRouter();
  const queries = useQueryClient();
  return useMutation(
    trpc.pipelines.delete.mutationOptions({
      onSuccess: () => {
        toast.done(`Pipeline ${name} is deleted`, 'Its slot and publication are being dropped on the source.');
        router.push('/pipelines');
        return queries.invalidateQueries({
          predicate: ({ queryKey }) => ['pipelines.list', 'pipelines.deletions'].includes(pathOf(queryKey)),
        });
      },
    }),
  );
}

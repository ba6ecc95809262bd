'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useToast } from '@/components/ui/toast.tsx';
import type { TableView } from './table-types.ts';

/** When a wish is carried out, in words. */
const WHEN = {
  now: '',
  soon: 'It takes about a second.',
  'when it runs': 'It happens when the pipeline runs again.',
} as const;

type Outcome = { readonly carriedOut?: keyof typeof WHEN; readonly lakeTablesKept?: readonly string[] };

const whenOf = (outcome: Outcome | object): string[] =>
  'carriedOut' in outcome && outcome.carriedOut ? [WHEN[outcome.carriedOut]] : [];

const keptOf = (outcome: Outcome | object): string[] =>
  'lakeTablesKept' in outcome && outcome.lakeTablesKept && outcome.lakeTablesKept.length > 0
    ? [`In the lake ${outcome.lakeTablesKept.join(' and ')} stays: it was not made for this table.`]
    : [];
type Table = Pick<TableView, 'pipelineId' | 'id' | 'source' | 'version'>;

/** What can be done with one table; each says when it is done or refused. */
export function useTableVerbs({ pipelineId, id: tableId, source, version }: Table) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const told = (done: string, failed: string) => ({
    onSuccess: (outcome: Outcome | object) => {
      toast.done(`${source} ${done}`, [...whenOf(outcome), ...keptOf(outcome)].join(' '));
      return Promise.all([
        queries.invalidateQueries({ queryKey: trpc.tables.pathKey() }),
        queries.invalidateQueries({ queryKey: trpc.pipelines.schemaChanges.pathKey() }),
        queries.invalidateQueries({ queryKey: trpc.pipelines.status.queryKey({ id: pipelineId }) }),
      ]);
    },
    onError: (error: unknown) => {
      toast.failed(`${source} ${failed}`, error);
      // What somebody else made of it meanwhile may be why.
      return queries.invalidateQueries({ queryKey: trpc.tables.pathKey() });
    },
  });
  return {
    key: { pipelineId, tableId },
    /** Names the table as it is shown: a change is refused when somebody else was faster. */
    seen: { pipelineId, tableId, version },
    pause: useMutation(trpc.tables.pause.mutationOptions(told('is paused', 'was not paused'))),
    resume: useMutation(trpc.tables.resume.mutationOptions(told('goes on', 'did not resume'))),
    accept: useMutation(trpc.tables.accept.mutationOptions(told('is accepted as it is', 'was not accepted'))),
    resync: useMutation(trpc.tables.resync.mutationOptions(told('is copied anew', 'was not resynced'))),
    remove: useMutation(trpc.tables.remove.mutationOptions(told('is taken out', 'was not taken out'))),
    decide: useMutation(
      trpc.tables.decideSchemaChanges.mutationOptions(told('is decided about', 'was not decided about')),
    ),
    update: useMutation(trpc.tables.update.mutationOptions(told('is changed', 'was not changed'))),
  };
}

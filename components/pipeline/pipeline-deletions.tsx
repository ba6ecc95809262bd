'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Section } from '@/components/ui/card.tsx';
import { CodeBlock } from '@/components/ui/code-block.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorState, RecordedError } from '@/components/ui/error-state.tsx';
import { PagedCard, rowsOf } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import type { PipelineDeletion } from './pipeline-types.ts';

/** Deletions end within seconds, or stay for as long as the source is away. */
const REFRESH_MS = 5_000;

/** Deleted pipelines that are not gone yet, of one source or of all; nothing while there are none. */
export function PipelineDeletions({ sourceId }: { sourceId?: string }) {
  const trpc = useTRPC();
  const list = useInfiniteQuery(
    trpc.pipelines.deletions.infiniteQueryOptions(
      { limit: 50, ...(sourceId === undefined ? {} : { sourceId }) },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor,
        refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.length > 0) ? REFRESH_MS : false),
      },
    ),
  );
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (rowsOf(list).length === 0) return null;
  return (
    <Section
      title="Being deleted"
      description="A worker drops what these pipelines have on their sources; then they are gone."
    >
      <PagedCard list={list} columns={2} empty={null}>
        {(rows, footer) => (
          <>
            <ul className="divide-y divide-line">
              {rows.map((deletion) => (
                <Deletion key={deletion.id} deletion={deletion} />
              ))}
            </ul>
            {footer}
          </>
        )}
      </PagedCard>
    </Section>
  );
}

function Deletion({ deletion }: { deletion: PipelineDeletion }) {
  const { name, source, deletedAt, forgetsSource, error } = deletion;
  const [isAsked, setIsAsked] = useState(false);
  const refusal = useRefusal();
  return (
    <li className="space-y-3 px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="truncate font-medium">{name}</p>
          <p className="text-sm text-muted">
            Deleted <RelativeTime at={deletedAt} />
            {forgetsSource ? `, without source ${source.name}` : `, from source ${source.name}`}
          </p>
        </div>
        {error && !forgetsSource && (
          <Button kind="danger" reason={refusal('pipeline:write')} onClick={() => setIsAsked(true)}>
            Forget source
          </Button>
        )}
      </div>
      {error && <RecordedError error={error} />}
      <ForgetDialog deletion={deletion} open={isAsked} onClose={() => setIsAsked(false)} />
    </li>
  );
}

function ForgetDialog(props: { deletion: PipelineDeletion; open: boolean; onClose: () => void }) {
  const { id, name, source, leftOnSource } = props.deletion;
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const forget = useMutation(
    trpc.pipelines.forgetSource.mutationOptions({
      onSuccess: () => {
        props.onClose();
        toast.done(`Pipeline ${name} no longer waits for its source`);
        return queries.invalidateQueries({ queryKey: trpc.pipelines.deletions.pathKey() });
      },
    }),
  );
  return (
    <ConfirmDialog
      open={props.open}
      onClose={props.onClose}
      title={`Forget the source of pipeline ${name}?`}
      consequences={[
        `Nobody waits for source ${source.name} any more: what cannot be dropped there stays there.`,
        `If the server does exist, slot ${leftOnSource.slot} keeps its WAL until the disk is full: run the SQL below there.`,
      ]}
      stays={['The lake tables stay readable as they are now.']}
      action="Forget source"
      acting="Forgetting"
      isDanger
      isPending={forget.isPending}
      error={forget.error}
      onConfirm={() => forget.mutate({ id })}
    >
      <CodeBlock label="SQL for the source" code={leftOnSource.statements.join('\n')} />
    </ConfirmDialog>
  );
}

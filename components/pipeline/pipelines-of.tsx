'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight, Workflow } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { PipelinesTable } from './pipelines-table.tsx';

/** More are on the page of all pipelines. */
const SHOWN_MAX = 20;

/** The pipelines of one source or destination, as a section of its page. */
export function PipelinesOf({
  of,
  id,
  description,
  none,
}: {
  of: 'source' | 'destination';
  id: string;
  description: string;
  /** What is said when there is none: "No pipeline reads from it yet". */
  none: string;
}) {
  const trpc = useTRPC();
  const reason = useRefusal()('pipeline:write');
  const side = of === 'source' ? { sourceId: id } : { destinationId: id };
  const list = useQuery(trpc.pipelines.list.queryOptions({ ...side, limit: SHOWN_MAX }));
  const items = list.data?.items ?? [];
  return (
    <Section
      title="Pipelines"
      description={description}
      actions={
        list.data?.nextCursor && (
          <ButtonLink href={`/pipelines?${of}=${id}`} kind="ghost" icon={ArrowRight}>
            All {list.data.total ?? ''} pipelines
          </ButtonLink>
        )
      }
    >
      <Card flush>
        {list.isPending && <TableSkeleton rows={2} columns={5} />}
        {list.isError && (
          <div className="px-4 py-2">
            <ErrorState error={list.error} onRetry={() => void list.refetch()} />
          </div>
        )}
        {list.isSuccess && items.length === 0 && (
          <EmptyState
            icon={Workflow}
            title={none}
            action={
              <ButtonLink href={`/pipelines/new?${of}=${id}`} reason={reason}>
                Create a pipeline
              </ButtonLink>
            }
          />
        )}
        {items.length > 0 && <PipelinesTable pipelines={items} isSortable={false} />}
      </Card>
    </Section>
  );
}

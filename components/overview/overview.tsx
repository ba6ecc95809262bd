'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { PipelinesTable } from '@/components/pipeline/pipelines-table.tsx';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { Card, PageHeader, Section } from '@/components/ui/card.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { attentionOf } from './attention.ts';
import { FiguresRow } from './figures-row.tsx';
import { FirstSteps } from './first-steps.tsx';
import { NeedsAttention } from './needs-attention.tsx';

/** More are on the page of all pipelines. */
const SHOWN_MAX = 25;
const ATTENTION_MAX = 50;

/** Is the lake fresh, and what needs me? */
export function Overview() {
  const trpc = useTRPC();
  const refusal = useRefusal();
  const list = useQuery(trpc.pipelines.list.queryOptions({ sort: 'urgency', limit: SHOWN_MAX }));
  // Asked on its own, so that none is missed behind the first page.
  const troubled = useQuery(trpc.pipelines.list.queryOptions({ attention: true, limit: ATTENTION_MAX }));
  const pipelines = list.data?.items ?? [];
  if (list.isSuccess && pipelines.length === 0) return <FirstSteps />;
  return (
    <div className="space-y-8">
      <PageHeader
        title="Overview"
        actions={
          <ButtonLink href="/pipelines/new" reason={refusal('pipeline:write')}>
            New pipeline
          </ButtonLink>
        }
      />
      <NeedsAttention
        items={attentionOf(troubled.data?.items ?? [])}
        more={troubled.data?.nextCursor ? (troubled.data.total ?? 0) - ATTENTION_MAX : 0}
      />
      <FiguresRow pipelines={pipelines} />
      <Section
        title="Pipelines"
        actions={
          list.data?.nextCursor && (
            <ButtonLink href="/pipelines" kind="ghost" icon={ArrowRight}>
              All {list.data.total ?? ''} pipelines
            </ButtonLink>
          )
        }
      >
        <Card flush>
          {list.isPending && <TableSkeleton columns={6} />}
          {list.isError && (
            <div className="px-4">
              <ErrorState error={list.error} onRetry={() => void list.refetch()} />
            </div>
          )}
          {pipelines.length > 0 && <PipelinesTable pipelines={pipelines} isSortable={false} />}
        </Card>
      </Section>
    </div>
  );
}

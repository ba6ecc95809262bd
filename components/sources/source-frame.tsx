'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { PageHeader } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { RouteTabs } from '@/components/ui/route-tabs.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';

/** What every page of a source has above itself. */
export function SourceFrame({ id, children }: { id: string; children: ReactNode }) {
  const trpc = useTRPC();
  const source = useQuery(trpc.sources.get.queryOptions({ id }));
  const reason = useRefusal()('pipeline:write');
  if (source.isError) return <ErrorState error={source.error} onRetry={() => void source.refetch()} />;
  const { data } = source;
  return (
    <>
      <PageHeader
        title={data?.name ?? <Skeleton className="mt-1 h-5 w-48" />}
        meta={
          data ? (
            <Identifier text={`${data.host}:${data.port}/${data.database}`} />
          ) : (
            <Skeleton className="mt-1.5 h-3 w-72" />
          )
        }
        actions={
          <ButtonLink href={`/pipelines/new?source=${id}`} kind="primary" icon={Plus} reason={reason}>
            New pipeline from it
          </ButtonLink>
        }
      />
      <div className="mt-4 mb-6">
        <RouteTabs
          label="Source"
          tabs={[
            { href: `/sources/${id}`, label: 'Overview' },
            { href: `/sources/${id}/tables`, label: 'Tables' },
            { href: `/sources/${id}/configuration`, label: 'Configuration' },
            { href: `/sources/${id}/activity`, label: 'Activity' },
          ]}
        />
      </div>
      {children}
    </>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { Layers } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { PageHeader } from '@/components/ui/card.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { RouteTabs } from '@/components/ui/route-tabs.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { kindText } from './destination-words.ts';

/** What every page of a destination has above itself. */
export function DestinationFrame({ id, children }: { id: string; children: ReactNode }) {
  const trpc = useTRPC();
  const destination = useQuery(trpc.destinations.get.queryOptions({ id }));
  if (destination.isError) {
    return <ErrorState error={destination.error} onRetry={() => void destination.refetch()} />;
  }
  const { data } = destination;
  return (
    <>
      <PageHeader
        title={data?.name ?? <Skeleton className="mt-1 h-5 w-48" />}
        meta={data ? kindText(data) : <Skeleton className="mt-1.5 h-3 w-56" />}
        actions={
          <ButtonLink href={`/lake/${id}`} icon={Layers}>
            Browse its tables
          </ButtonLink>
        }
      />
      <div className="mt-4 mb-6">
        <RouteTabs
          label="Destination"
          tabs={[
            { href: `/destinations/${id}`, label: 'Overview' },
            { href: `/destinations/${id}/configuration`, label: 'Configuration' },
            { href: `/destinations/${id}/activity`, label: 'Activity' },
          ]}
        />
      </div>
      {children}
    </>
  );
}

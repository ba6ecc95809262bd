'use client';

import { useQuery } from '@tanstack/react-query';
import { HardDrive, Layers } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { Card, PageHeader, Section } from '@/components/ui/card.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { Link } from '@/components/ui/link.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { LakeTableList } from './lake-table-list.tsx';

const LISTED = { limit: 200 } as const;

/** The lakes: each destination with its tables; with one destination, its tables at once. */
export function LakeHome() {
  const trpc = useTRPC();
  const refusal = useRefusal();
  const query = useQuery(trpc.destinations.list.queryOptions(LISTED));
  const destinations = query.data?.items ?? [];
  const [first] = destinations;
  return (
    <div className="space-y-6">
      <PageHeader title="Lake" meta="Iceberg tables of your destinations, and how engines read them." />
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && (
        <Card flush>
          <TableSkeleton columns={4} />
        </Card>
      )}
      {query.isSuccess && !first && (
        <Card>
          <EmptyState
            icon={Layers}
            title="There is no lake yet"
            action={
              <ButtonLink href="/destinations/new" kind="primary" reason={refusal('destination:write')}>
                Add a destination
              </ButtonLink>
            }
          >
            A destination is a warehouse and the catalog that knows its tables.
          </EmptyState>
        </Card>
      )}
      {first && destinations.length === 1 && <LakeTableList destinationId={first.id} />}
      {destinations.length > 1 && (
        <Section title="Destinations">
          <ul className="divide-y divide-line rounded-md border border-line bg-surface">
            {destinations.map(({ id, name }) => (
              <li key={id}>
                <Link href={`/lake/${id}`} className="flex h-11 items-center gap-2.5 px-4 hover:bg-raised">
                  <HardDrive className="size-4 text-muted" aria-hidden="true" />
                  <span className="font-medium">{name}</span>
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

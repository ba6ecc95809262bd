'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { FilterSelect } from '@/components/ui/filter-select.tsx';

const NAMED_MAX = 200;

/** Filters pipelines by their source and destination; absent where all have the same. */
export function EndFilters() {
  const trpc = useTRPC();
  const sources = useQuery(trpc.sources.list.queryOptions({ sort: 'name', limit: NAMED_MAX })).data?.items ?? [];
  const destinations =
    useQuery(trpc.destinations.list.queryOptions({ sort: 'name', limit: NAMED_MAX })).data?.items ?? [];
  return (
    <>
      {sources.length > 1 && (
        <FilterSelect label="Source" name="source" all="All sources" choices={sources.map(toChoice)} />
      )}
      {destinations.length > 1 && (
        <FilterSelect
          label="Destination"
          name="destination"
          all="All destinations"
          choices={destinations.map(toChoice)}
        />
      )}
    </>
  );
}

const toChoice = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useSettled } from '@/components/ui/use-settled.ts';

/** Shown before anything is typed. */
const FIRST = { limit: 50 } as const;
/** There may be a thousand pipelines with a hundred tables each: the server looks, and answers with a few. */
const FOUND_MAX = 20;
/** One letter is in most names. */
const CHARACTERS_MIN = 2;
/** Words that name an action or a kind, in front of a name. */
const WORDS = /^(start|stop|pipeline|table|lake table)\s+/i;

/** The pipelines and tables that the palette offers for what is typed. */
export function useFound(typed: string) {
  const trpc = useTRPC();
  const search = useSettled(typed).trim().replace(WORDS, '');
  const enabled = search.length >= CHARACTERS_MIN;
  const first = useQuery(trpc.pipelines.list.queryOptions(FIRST));
  const pipelines = useQuery(trpc.pipelines.list.queryOptions({ search, limit: FOUND_MAX }, { enabled }));
  const tables = useQuery(trpc.tables.find.queryOptions({ search, limit: FOUND_MAX }, { enabled }));
  const all = [...(first.data?.items ?? []), ...(pipelines.data?.items ?? [])];
  return {
    pipelines: [...new Map(all.map((pipeline) => [pipeline.id, pipeline])).values()],
    tables: tables.data?.items ?? [],
    isLooking: pipelines.isLoading || tables.isLoading || typed.trim().replace(WORDS, '') !== search,
  };
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { CodeBlock } from '@/components/ui/code-block.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { Link } from '@/components/ui/link.tsx';
import { Segmented } from '@/components/ui/segmented.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import type { LakeKey } from './lake-types.ts';

/** Lines to paste into an engine, with this installation's addresses filled in. */
export function Snippets(at: LakeKey) {
  const trpc = useTRPC();
  const url = useUrlState();
  const query = useQuery(trpc.lake.snippets.queryOptions(at));
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-48 w-full" />;
  const { items } = query.data;
  const chosen = items.find(({ engine }) => engine === url.get('engine')) ?? items[0];
  if (!chosen) return null;
  return (
    <div className="max-w-3xl space-y-3">
      <Segmented
        label="Engine"
        value={chosen.engine}
        onChange={(engine) => url.set({ engine })}
        choices={items.map(({ engine, title }) => ({ value: engine, label: title }))}
      />
      <CodeBlock code={chosen.text} label={chosen.language} />
      <p className="text-sm text-muted">
        Put an API key with the right to read the catalog where the text says so.{' '}
        <Link href="/settings/api-keys" className="text-accent underline underline-offset-2">
          Make an API key
        </Link>
      </p>
    </div>
  );
}

'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { CodeBlock } from '@/components/ui/code-block.tsx';
import { CopyButton } from '@/components/ui/copy-button.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { Segmented } from '@/components/ui/segmented.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';

const SERVICES = [
  { value: 'postgresql', label: 'PostgreSQL' },
  { value: 'rds', label: 'RDS' },
  { value: 'cloud-sql', label: 'Cloud SQL' },
  { value: 'azure', label: 'Azure' },
  { value: 'supabase', label: 'Supabase' },
  { value: 'neon', label: 'Neon' },
] as const;

/** How to make a user with the least rights, for the service that the database runs on. The names follow the form. */
export function SetupGuide({ role, database }: { role: string; database: string }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const provider = SERVICES.find(({ value }) => value === url.get('service'))?.value ?? 'postgresql';
  const setup = useQuery(
    trpc.sources.setupSql.queryOptions(
      { provider, role: role.trim() || 'philotes', database: database.trim() || 'my_database' },
      { staleTime: Number.POSITIVE_INFINITY, placeholderData: keepPreviousData },
    ),
  );
  const guide = setup.data?.items[0];
  return (
    <section aria-labelledby="setup-guide" className="min-w-0 rounded-md border border-line bg-surface">
      <div className="flex items-start justify-between gap-3 px-4 pt-3">
        <div>
          <h2 id="setup-guide" className="font-semibold">
            A user with the least rights
          </h2>
          <p className="text-sm text-muted">Run this on the source once. Names follow the form.</p>
        </div>
        {guide && <CopyButton text={guide.sql} label="Copy all statements" className="mt-0.5" />}
      </div>
      <div className="px-4 pt-3">
        <Segmented label="Service" value={provider} onChange={(service) => url.set({ service })} choices={SERVICES} />
      </div>
      {setup.isError && (
        <div className="px-4 py-2">
          <ErrorState error={setup.error} onRetry={() => void setup.refetch()} />
        </div>
      )}
      {setup.isPending && (
        <div className="space-y-3 p-4">
          <Skeleton className="h-3 w-56" />
          <Skeleton className="h-20 w-full" />
          <Skeleton className="h-3 w-48" />
          <Skeleton className="h-20 w-full" />
        </div>
      )}
      {guide && (
        <ol className="mt-3 divide-y divide-line border-t border-line">
          {guide.steps.map(({ title, text, sql, optional }, index) => (
            <li key={title} className="flex gap-3 px-4 py-3">
              <span className="flex size-5 shrink-0 items-center justify-center rounded-full border border-control text-xs text-muted tabular-nums">
                {index + 1}
              </span>
              <div className="min-w-0 flex-1">
                <p className="text-sm font-medium">
                  {title}
                  {optional && <span className="ml-2 text-xs font-normal text-muted">Optional</span>}
                </p>
                <p className="text-sm text-muted">{text}</p>
                {sql && <CodeBlock code={sql} label="SQL" className="mt-2" />}
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

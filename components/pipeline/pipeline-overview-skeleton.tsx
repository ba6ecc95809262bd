import { Skeleton } from '@/components/ui/skeleton.tsx';

/** Three stops and four charts, as they will stand. */
export const PipelineOverviewSkeleton = () => (
  <div role="status" className="space-y-8">
    <span className="sr-only">Loading</span>
    <div className="grid gap-3 lg:grid-cols-3">
      {['source', 'buffer', 'lake'].map((name) => (
        <div key={name} className="h-33 rounded-md border border-line bg-surface p-4">
          <Skeleton className="h-3 w-28" />
          <Skeleton className="mt-8 h-7 w-24" />
        </div>
      ))}
    </div>
    <div className="grid gap-3 lg:grid-cols-2">
      {['rows', 'freshness', 'buffer', 'wal'].map((name) => (
        <div key={name} className="h-48 rounded-md border border-line bg-surface p-4">
          <Skeleton className="h-3 w-32" />
        </div>
      ))}
    </div>
  </div>
);

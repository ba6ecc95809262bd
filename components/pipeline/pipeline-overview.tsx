'use client';

import { DataPath } from './data-path.tsx';
import { PipelineCharts } from './pipeline-charts.tsx';
import { PipelineOverviewSkeleton } from './pipeline-overview-skeleton.tsx';
import { TableProgress } from './table-progress.tsx';
import { usePipeline } from './use-pipeline.ts';

/** Where the data is now, and how it went. */
export function PipelineOverview({ id }: { id: string }) {
  const { data } = usePipeline(id);
  if (!data) return <PipelineOverviewSkeleton />;
  return (
    <div className="space-y-8">
      <DataPath pipeline={data} />
      <TableProgress pipeline={data} />
      <PipelineCharts id={id} />
    </div>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { bytesText, rateText, secondsText } from '@/components/ui/figures.ts';
import { Sparkline } from '@/components/ui/sparkline.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import type { PipelineSummary } from './pipeline-types.ts';

type Row = PipelineSummary & { readonly spark: readonly (number | null)[] };

const REFRESH_MS = 60_000;
const dash = <span className="text-faint">–</span>;

/** Pipelines, densely, each row leading to its page. */
export function PipelinesTable({
  pipelines,
  footer,
  isSortable = true,
}: {
  pipelines: readonly PipelineSummary[];
  footer?: ReactNode;
  isSortable?: boolean;
}) {
  const trpc = useTRPC();
  const sparklines = useQuery(trpc.overview.sparklines.queryOptions({}, { refetchInterval: REFRESH_MS }));
  const rows = pipelines.map((pipeline) => ({ ...pipeline, spark: sparklines.data?.pipelines[pipeline.id] ?? [] }));
  return (
    <DataTable
      label="Pipelines"
      columns={isSortable ? columns : columns.map(({ sort: _, ...column }) => column)}
      rows={rows}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/pipelines/${id}`}
      footer={footer}
    />
  );
}

const columns: readonly Column<Row>[] = [
  {
    id: 'name',
    header: 'Pipeline',
    sort: 'name',
    cell: ({ name }) => <span className="block max-w-64 truncate font-medium">{name}</span>,
  },
  { id: 'state', header: 'State', sort: 'state', width: 'w-40', cell: ({ state }) => <StateBadge state={state} /> },
  {
    id: 'path',
    header: 'From and to',
    from: 'lg',
    cell: ({ source, destination }) => (
      <span className="flex max-w-72 items-center gap-1.5 text-muted">
        <span className="truncate">{source.name}</span>
        <ArrowRight className="size-3.5 shrink-0 text-faint" aria-label="to" />
        <span className="truncate">{destination.name}</span>
      </span>
    ),
  },
  {
    id: 'freshness',
    header: 'Freshness',
    align: 'right',
    width: 'w-24',
    cell: ({ freshnessSeconds }) => (freshnessSeconds === null ? dash : secondsText(freshnessSeconds)),
  },
  {
    id: 'throughput',
    header: 'Changes committed',
    align: 'right',
    width: 'w-52',
    from: 'md',
    cell: ({ name, spark, rowsLastMinute, position, state }) => (
      <span className="flex items-center justify-end gap-3">
        <Sparkline
          values={spark}
          color="committed"
          label={`Changes committed by ${name}, last half hour`}
          className="h-5 w-20"
        />
        <span className="w-20">
          {position === null || state === 'stopped' || state === 'paused' ? dash : rateText(rowsLastMinute / 60)}
        </span>
      </span>
    ),
  },
  {
    id: 'lag',
    header: 'Lag',
    align: 'right',
    width: 'w-24',
    from: 'md',
    cell: ({ lagBytes }) => (lagBytes === null ? dash : bytesText(lagBytes)),
  },
  {
    id: 'tables',
    header: 'Tables live',
    align: 'right',
    width: 'w-28',
    from: 'sm',
    cell: ({ tables }) => (
      <>
        {tables.live}
        <span className="text-muted"> of {tables.all}</span>
      </>
    ),
  },
];

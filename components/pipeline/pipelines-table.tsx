'use client';

import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { bytesText, rateText, secondsText } from '@/components/ui/figures.ts';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import type { PipelineSummary } from './pipeline-types.ts';

const dash = <span className="text-faint">–</span>;

const columns: readonly Column<PipelineSummary>[] = [
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
    header: 'Throughput',
    align: 'right',
    width: 'w-36',
    from: 'md',
    cell: ({ rowsLastMinute, position }) => (position === null ? dash : rateText(rowsLastMinute / 60)),
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
        <span className="text-faint"> of {tables.all}</span>
      </>
    ),
  },
];

/** Pipelines, densely, each row leading to its page. */
export function PipelinesTable({ pipelines, footer }: { pipelines: readonly PipelineSummary[]; footer?: ReactNode }) {
  return (
    <DataTable
      label="Pipelines"
      columns={columns}
      rows={pipelines}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/pipelines/${id}`}
      rowLabel={({ name }) => name}
      footer={footer}
    />
  );
}

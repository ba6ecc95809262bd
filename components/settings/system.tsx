'use client';

import { useQuery } from '@tanstack/react-query';
import { Server } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Card, Facts, Section } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { bytesText, exactCount, secondsText } from '@/components/ui/figures.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { NoAccess } from './no-access.tsx';
import type { System } from './settings-types.ts';

/** What runs here: versions, services, workers, limits. */
export function SystemPage() {
  const trpc = useTRPC();
  const reason = useRefusal()('system:read');
  const info = useQuery(trpc.system.info.queryOptions({}, { enabled: reason === null }));
  if (reason !== null) return <NoAccess what="The system is" reason={reason} />;
  if (info.isError) return <ErrorState error={info.error} onRetry={() => void info.refetch()} />;
  if (!info.data) {
    return (
      <Card flush>
        <TableSkeleton rows={8} columns={3} />
      </Card>
    );
  }
  return <Shown info={info.data} />;
}

const SERVICES: Readonly<Record<string, string>> = {
  database: 'Metadata database',
  redis: 'Redis',
  web: 'Web',
  workers: 'Workers',
};

function Shown({ info }: { info: System }) {
  const { versions } = info;
  return (
    <div className="space-y-8">
      <Section title="Services">
        <Card flush>
          <ul className="divide-y divide-line">
            {info.services.map(({ name, state, message, remedy }) => (
              <li key={name} className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[10rem_8rem_minmax(0,1fr)]">
                <span className="font-medium">{SERVICES[name] ?? name}</span>
                <StateBadge state={state} />
                <span className="min-w-0 text-sm text-muted">
                  {message}
                  {remedy && <span className="block text-ink">{remedy}</span>}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      </Section>
      <Section title="Workers" description="Any number of them share the work; each names itself every few seconds.">
        <Card flush>
          {info.workers.length === 0 ? (
            <EmptyState icon={Server} title="No worker runs">
              Pipelines rest until one is started; nothing is lost meanwhile.
            </EmptyState>
          ) : (
            <DataTable label="Workers" columns={WORKERS} rows={info.workers} rowKey={({ name }) => name} />
          )}
        </Card>
      </Section>
      <div className="grid items-start gap-8 lg:grid-cols-2">
        <Section title="Versions">
          <Card className="py-2">
            <Facts
              items={[
                { name: 'Philotes', value: versions.product },
                { name: 'Node', value: versions.node },
                { name: 'PostgreSQL', value: versions.postgresql },
                { name: 'Redis', value: versions.redis ?? 'Unknown: no worker has said' },
                { name: 'DuckDB', value: versions.duckdb ?? 'Unknown: no worker has said' },
              ]}
            />
          </Card>
        </Section>
        <Section title="Installation">
          <Card className="py-2">
            <Facts
              items={[
                { name: 'Address', value: <Identifier text={info.publicUrl} /> },
                { name: 'Catalog', value: <Identifier text={info.catalogUrl} /> },
                ...(info.dataFolder ? [{ name: 'Data folder', value: <Identifier text={info.dataFolder} /> }] : []),
                {
                  name: 'Licence',
                  value: (
                    <a href={info.licence.url} className="text-accent underline underline-offset-2" rel="noreferrer">
                      {info.licence.name}
                    </a>
                  ),
                },
              ]}
            />
          </Card>
        </Section>
      </div>
      <Section title="Limits" description="What this installation takes. Settings that change them are in the docs.">
        <Card className="py-2">
          <Facts
            items={info.limits.map(({ name, value, unit, meaning }) => ({
              name,
              value: (
                <>
                  <span className="font-medium tabular-nums">{limitText(value, unit)}</span>
                  <span className="block text-muted">{meaning}</span>
                </>
              ),
            }))}
          />
        </Card>
      </Section>
    </div>
  );
}

function limitText(value: number, unit: System['limits'][number]['unit']): string {
  if (unit === 'bytes') return bytesText(value);
  return unit === 'seconds' ? secondsText(value) : exactCount(value);
}

const WORKERS: readonly Column<System['workers'][number]>[] = [
  {
    id: 'name',
    header: 'Worker',
    cell: ({ name }) => <code className="block max-w-64 truncate font-mono text-xs">{name}</code>,
  },
  {
    id: 'state',
    header: 'State',
    width: 'w-32',
    cell: ({ state }) => (
      <StateBadge state={state === 'ok' ? 'ok' : 'warning'} word={state === 'ok' ? 'Works' : 'Silent'} />
    ),
  },
  { id: 'host', header: 'Host', from: 'md', cell: ({ host }) => <span className="text-muted">{host}</span> },
  { id: 'jobs', header: 'Jobs', align: 'right', width: 'w-20', cell: ({ jobs }) => exactCount(jobs) },
  {
    id: 'memory',
    header: 'Memory',
    align: 'right',
    width: 'w-28',
    from: 'sm',
    cell: ({ memoryBytes }) => bytesText(memoryBytes),
  },
  {
    id: 'started',
    header: 'Started',
    align: 'right',
    width: 'w-28',
    from: 'md',
    cell: ({ startedAt }) => <RelativeTime at={startedAt} className="text-muted" />,
  },
];

'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { Card, Facts, Section } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { Link } from '@/components/ui/link.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { DangerZone } from './danger-zone.tsx';
import { SettingsForm } from './settings-form.tsx';
import { usePipeline } from './use-pipeline.ts';

/** What the pipeline is to do, and how hard it may try. */
export function PipelineConfiguration({ id }: { id: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.pipelines.get.queryOptions({ id }));
  const status = usePipeline(id).data;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data || !status) {
    return (
      <Card flush>
        <TableSkeleton columns={2} />
      </Card>
    );
  }
  const pipeline = query.data;
  return (
    <div className="grid gap-8 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <div className="space-y-8">
        <SettingsForm key={pipeline.version} pipeline={pipeline} />
        <DangerZone pipeline={status} />
      </div>
      <Section title="Definition">
        <Card>
          <Facts
            items={[
              { name: 'Id', value: <Identifier text={pipeline.id} /> },
              { name: 'Source', value: <Link href={`/sources/${status.source.id}`}>{status.source.name}</Link> },
              {
                name: 'Destination',
                value: <Link href={`/destinations/${status.destination.id}`}>{status.destination.name}</Link>,
              },
              { name: 'Namespace', value: <Identifier text={pipeline.namespace} /> },
              { name: 'Tables', value: String(pipeline.tables.length) },
              { name: 'Made', value: <RelativeTime at={pipeline.createdAt} /> },
              { name: 'Changed', value: <RelativeTime at={pipeline.updatedAt} /> },
            ]}
          />
        </Card>
      </Section>
    </div>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { PipelineDeletions } from '@/components/pipeline/pipeline-deletions.tsx';
import { PipelinesOf } from '@/components/pipeline/pipelines-of.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, Facts, Section } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { Findings, FindingsSkeleton } from './findings.tsx';
import { LastCheck } from './last-check.tsx';
import { TLS_WORDS } from './tls-words.ts';
import { useSourceCheck } from './use-source-check.ts';

/** Whether a source can be replicated from, who does, and how it is reached. */
export function SourceOverview({ id }: { id: string }) {
  return (
    <div className="space-y-8">
      <Readiness id={id} />
      <PipelinesOf
        of="source"
        id={id}
        description="What reads from this source. Each keeps a replication slot on it."
        none="No pipeline reads from it yet"
      />
      <PipelineDeletions sourceId={id} />
      <Connection id={id} />
    </div>
  );
}

function Readiness({ id }: { id: string }) {
  const trpc = useTRPC();
  const source = useQuery(trpc.sources.get.queryOptions({ id })).data;
  const check = useSourceCheck(id);
  return (
    <Section
      title="Readiness"
      description="What the server, the role and the database need before a pipeline can read from them."
      actions={
        <>
          {check.dataUpdatedAt > 0 && !check.isFetching && (
            <span className="text-sm text-muted">
              Checked <RelativeTime at={new Date(check.dataUpdatedAt).toISOString()} />
            </span>
          )}
          <Button icon={RotateCw} pending={check.isFetching && 'Checking'} onClick={() => void check.refetch()}>
            Check again
          </Button>
        </>
      }
    >
      <Card flush>
        {check.isError && (
          <div className="px-4 py-2">
            <ErrorState error={check.error} />
          </div>
        )}
        {(check.isPending || !source) && !check.isError && <FindingsSkeleton />}
        {check.data && source && !check.isError && (
          <Findings
            findings={check.data.items}
            place={source}
            fine="Nothing blocks: the server sends logical changes, the role may read them, and a slot is free."
          />
        )}
      </Card>
    </Section>
  );
}

function Connection({ id }: { id: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.sources.get.queryOptions({ id }));
  return (
    <Section title="Connection">
      <Card className="py-2">
        {data ? (
          <Facts
            items={[
              { name: 'Address', value: <Identifier text={`${data.host}:${data.port}`} /> },
              { name: 'Database', value: <Identifier text={data.database} /> },
              { name: 'User', value: <Identifier text={data.username} /> },
              { name: 'Password', value: data.hasPassword ? 'Kept encrypted; it can be replaced, never read' : 'None' },
              { name: 'Last check', value: <LastCheck check={data.lastCheck} /> },
              { name: 'TLS', value: TLS_WORDS[data.tlsMode]?.label ?? data.tlsMode },
              { name: 'Added', value: <RelativeTime at={data.createdAt} /> },
              { name: 'Changed', value: <RelativeTime at={data.updatedAt} /> },
              { name: 'Id', value: <Identifier text={data.id} /> },
            ]}
          />
        ) : (
          <div className="space-y-4 py-2">
            {['w-64', 'w-48', 'w-56', 'w-40'].map((width) => (
              <Skeleton key={width} className={`h-3 ${width}`} />
            ))}
          </div>
        )}
      </Card>
    </Section>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { PipelinesOf } from '@/components/pipeline/pipelines-of.tsx';
import { useMe, useRefusal } from '@/components/session/use-me.ts';
import { TestButton, TestResult } from '@/components/sources/connection-test.tsx';
import { LastCheck } from '@/components/sources/last-check.tsx';
import { Card, Facts, Section } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useDestinationTest } from './destination-test.tsx';
import type { Destination } from './destination-types.ts';
import { AUTH_WORDS, kindText, NO_PLACE } from './destination-words.ts';

/** Where the tables are, who writes them, and whether it works now. */
export function DestinationOverview({ id }: { id: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.destinations.get.queryOptions({ id }));
  const catalogUrl = useMe()?.catalogUrl;
  return (
    <div className="space-y-8">
      <Works id={id} />
      <PipelinesOf
        of="destination"
        id={id}
        description="What writes to this destination. Every lake table has one writer."
        none="No pipeline writes to it yet"
      />
      <Section title="Place">
        <Card className="py-2">
          {data ? (
            <Facts items={facts(data, catalogUrl)} />
          ) : (
            <div className="space-y-4 py-2">
              {['w-64', 'w-48', 'w-56', 'w-40'].map((width) => (
                <Skeleton key={width} className={`h-3 ${width}`} />
              ))}
            </div>
          )}
        </Card>
      </Section>
    </div>
  );
}

function Works({ id }: { id: string }) {
  const test = useDestinationTest();
  const reason = useRefusal()('destination:write');
  return (
    <Section
      title="Check"
      description="A worker writes and removes a file, and makes and drops a table in a namespace of its own."
      actions={<TestButton test={test} reason={reason} input={{ destinationId: id }} onRefused={() => undefined} />}
    >
      <TestResult test={test} place={NO_PLACE} />
      {!test.isRunning && !test.result && !test.error && (
        <Card>
          <p className="text-sm text-muted">
            Test it after changes to the catalog, the bucket or their rights. Pipelines that write to it report faults
            by themselves.
          </p>
        </Card>
      )}
    </Section>
  );
}

const facts = (destination: Destination, catalogUrl: string | undefined) => [
  { name: 'Kind', value: kindText(destination) },
  { name: 'Catalog', value: <Identifier text={destination.catalogUri ?? catalogUrl ?? ''} /> },
  { name: 'Warehouse', value: <Identifier text={destination.warehouse} /> },
  ...(destination.catalogKind === 'rest'
    ? [{ name: 'Sign in with', value: AUTH_WORDS[destination.catalogAuth] ?? destination.catalogAuth }]
    : []),
  ...(destination.catalogAuth === 'oauth2' && destination.catalogKind === 'rest'
    ? [
        { name: 'Scope', value: destination.catalogScope ? <Identifier text={destination.catalogScope} /> : 'None' },
        {
          name: 'Token endpoint',
          value: destination.catalogTokenUri ? <Identifier text={destination.catalogTokenUri} /> : 'The catalog’s own',
        },
      ]
    : []),
  { name: 'Tables under', value: <Identifier text={destination.storageRoot} /> },
  ...(destination.storageKind === 's3'
    ? [
        { name: 'Region', value: destination.s3Region ?? 'us-east-1' },
        { name: 'Endpoint', value: destination.s3Endpoint ? <Identifier text={destination.s3Endpoint} /> : 'Amazon’s' },
        { name: 'Buckets addressed', value: destination.s3PathStyle ? 'By path' : 'By host name' },
        {
          name: 'Keys',
          value: destination.hasCredentials
            ? 'Kept encrypted; they can be replaced, never read'
            : 'Those of the worker’s machine',
        },
      ]
    : []),
  { name: 'Last check', value: <LastCheck check={destination.lastCheck} /> },
  { name: 'Added', value: <RelativeTime at={destination.createdAt} /> },
  { name: 'Changed', value: <RelativeTime at={destination.updatedAt} /> },
  { name: 'Id', value: <Identifier text={destination.id} /> },
];

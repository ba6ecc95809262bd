'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, Facts, PageHeader, Section } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { Link } from '@/components/ui/link.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Segmented } from '@/components/ui/segmented.tsx';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { OWNER_PROPERTY } from '@/server/domain/lake-table.ts';
import { DropLakeTable } from './drop-lake-table.tsx';
import { FilesHealth } from './files-health.tsx';
import { type LakeKey, type LakeTable, SLOW } from './lake-types.ts';
import { Preview } from './preview.tsx';
import { SchemaHistory } from './schema-history.tsx';
import { SnapshotTimeline } from './snapshot-timeline.tsx';
import { Snippets } from './snippets.tsx';

const VIEWS = [
  { value: 'schema', label: 'Schema' },
  { value: 'snapshots', label: 'Snapshots' },
  { value: 'files', label: 'Files' },
  { value: 'read', label: 'Read it' },
  { value: 'preview', label: 'Preview' },
] as const;

/** One Iceberg table: its columns and their history, snapshots, files, and how engines read it. */
export function LakeTablePage(at: LakeKey) {
  const trpc = useTRPC();
  const url = useUrlState();
  const query = useQuery(trpc.lake.table.queryOptions(at, SLOW));
  const view = VIEWS.find(({ value }) => value === url.get('view'))?.value ?? 'schema';
  const table = query.data;
  return (
    <div className="space-y-6">
      <PageHeader
        title={<span className="font-mono text-lg">{at.table}</span>}
        state={table?.owner && <StateBadge state={table.owner.state} />}
        actions={table && isLeftBehind(table) && <DropLakeTable at={at} />}
        meta={table ? <Origin table={table} /> : `In namespace ${at.namespace}`}
      />
      <Segmented
        label="View"
        value={view}
        onChange={(next) => url.set({ view: next === 'schema' ? null : next }, { push: true })}
        choices={VIEWS}
      />
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {view === 'read' && <Snippets {...at} />}
      {view === 'preview' && <Preview at={at} table={table} />}
      {query.isPending && view !== 'read' && view !== 'preview' && (
        <Card flush>
          <TableSkeleton columns={4} />
        </Card>
      )}
      {table && view === 'schema' && (
        <>
          <SchemaHistory table={table} />
          <Metadata table={table} />
        </>
      )}
      {table && view === 'snapshots' && <SnapshotTimeline table={table} />}
      {table && view === 'files' && <FilesHealth table={table} at={at} />}
    </div>
  );
}

/** Made by Philotes for a table that no pipeline has any more. */
const isLeftBehind = ({ owner, properties }: LakeTable): boolean => owner === null && OWNER_PROPERTY in properties;

function Origin({ table }: { table: LakeTable }) {
  const { owner } = table;
  if (!owner)
    return (
      <>
        {isLeftBehind(table)
          ? 'Left behind: no table of a pipeline is written to it any more.'
          : 'Written by others than Philotes.'}{' '}
        Last changed <RelativeTime at={table.lastUpdatedAt} />
      </>
    );
  return (
    <>
      <Badge>{owner.mode}</Badge> of{' '}
      <Link
        href={`/pipelines/${owner.pipelineId}/tables?table=${owner.tableId}`}
        className="hover:text-ink hover:underline"
      >
        {owner.source}
      </Link>{' '}
      by pipeline{' '}
      <Link href={`/pipelines/${owner.pipelineId}`} className="hover:text-ink hover:underline">
        {owner.pipelineName}
      </Link>
      , last changed <RelativeTime at={table.lastUpdatedAt} />
    </>
  );
}

function Metadata({ table }: { table: LakeTable }) {
  const spec = table.partitions.find(({ current }) => current);
  const fields = spec?.fields.map(({ transform, column }) =>
    transform === 'identity' ? column : `${transform}(${column})`,
  );
  return (
    <Section title="Metadata">
      <Card>
        <Facts
          items={[
            { name: 'Format', value: `Iceberg v${table.formatVersion}` },
            { name: 'Partitions', value: fields && fields.length > 0 ? fields.join(', ') : 'not partitioned' },
            { name: 'Location', value: <Identifier text={table.location} /> },
            { name: 'UUID', value: <Identifier text={table.uuid} /> },
            ...(table.metadataLocation
              ? [{ name: 'Metadata file', value: <Identifier text={table.metadataLocation} /> }]
              : []),
          ]}
        />
      </Card>
    </Section>
  );
}

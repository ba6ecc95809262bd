'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import type { PipelineStatus } from '@/components/pipeline/pipeline-types.ts';
import { usePipeline } from '@/components/pipeline/use-pipeline.ts';
import { Badge } from '@/components/ui/badge.tsx';
import { Facts } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { ErrorState, RecordedError } from '@/components/ui/error-state.tsx';
import { bytesText, counted, countText } from '@/components/ui/figures.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { CopyCell } from './copy-cell.tsx';
import { LakeLinks } from './lake-links.tsx';
import { SchemaDecision } from './schema-decision.tsx';
import { TableActions } from './table-actions.tsx';
import { TableColumnRules } from './table-column-rules.tsx';
import { TableColumns } from './table-columns.tsx';
import { TableDoubts } from './table-doubts.tsx';
import { TableEffects } from './table-effects.tsx';
import { TableRowFilter } from './table-row-filter.tsx';
import { TableSchemaPolicy } from './table-schema-policy.tsx';
import { isBeingRemoved, TableState } from './table-state.tsx';
import type { TableView } from './table-types.ts';
import { TableVerification } from './table-verification.tsx';

type Key = { readonly pipelineId: string; readonly tableId: number | null; readonly onClose: () => void };

/** One table beside the list: how it is doing, its columns with their types on both sides, and what can be done. */
export function TableDrawer({ pipelineId, tableId, onClose }: Key) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.tables.get.queryOptions({ pipelineId, tableId: tableId ?? 0 }, { enabled: tableId !== null }),
  );
  const table = query.data;
  return (
    <Drawer
      open={tableId !== null}
      onClose={onClose}
      title={table?.source ?? 'Table'}
      footer={table && !isBeingRemoved(table) && <TableActions table={table} onRemoved={onClose} />}
    >
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && (
        <div role="status" className="space-y-4">
          <span className="sr-only">Loading</span>
          {['w-40', 'w-64', 'w-52', 'w-56'].map((width) => (
            <Skeleton key={width} className={`h-3 ${width}`} />
          ))}
        </div>
      )}
      {table && <TableDetail table={table} />}
    </Drawer>
  );
}

function TableDetail({ table }: { table: TableView }) {
  const pipeline = usePipeline(table.pipelineId).data;
  const isRemoved = isBeingRemoved(table);
  const nulled = Object.entries(table.nulledValues);
  return (
    <div className="space-y-6">
      {isRemoved && pipeline && <Removal pipeline={pipeline} />}
      {!isRemoved && table.error && <RecordedError error={table.error} />}
      {!isRemoved && <SchemaDecision table={table} />}
      {!isRemoved && <TableDoubts table={table} />}
      <Facts
        items={[
          { name: 'State', value: <TableState table={table} /> },
          {
            name: 'Modes',
            value: (
              <span className="flex gap-1">
                {table.modes.map((mode) => (
                  <Badge key={mode}>{mode}</Badge>
                ))}
              </span>
            ),
          },
          { name: 'In the lake', value: pipeline ? <LakeLinks table={table} pipeline={pipeline} /> : table.lakeName },
          { name: 'Copy', value: <CopyCell table={table} /> },
          { name: 'Changes committed', value: counted(table.rowsCommitted, 'row') },
          ...(table.spillBytes > 0 ? [{ name: 'Held back', value: bytesText(table.spillBytes) }] : []),
          ...(table.markerAt && table.markerLsn
            ? [
                { name: 'Last commit', value: <RelativeTime at={table.markerAt} /> },
                { name: 'Up to LSN', value: <Identifier text={table.markerLsn} /> },
              ]
            : []),
          ...(nulled.length > 0
            ? [
                {
                  name: 'Values made null',
                  value: nulled.map(([column, count]) => `${column}: ${countText(count)}`).join(', '),
                },
              ]
            : []),
        ]}
      />
      {!isRemoved && <TableWishes table={table} />}
    </div>
  );
}

/** Carries out what was asked for; any other waits. */
const RUNS: ReadonlySet<string> = new Set(['starting', 'copying', 'running']);

/** When it will be gone. */
function Removal({ pipeline }: { pipeline: PipelineStatus }) {
  const waits = !RUNS.has(pipeline.state);
  return (
    <p role="status" className="rounded-md border border-line bg-raised px-3 py-2 text-sm">
      {waits
        ? `It is being removed from ${pipeline.name}: it is taken out as soon as the pipeline is started or resumed.`
        : `It is being removed from ${pipeline.name}: it is gone once the commit that is under way is done.`}
    </p>
  );
}

/** What can be changed about it, and checked. */
function TableWishes({ table }: { table: TableView }) {
  return (
    <>
      <TableVerification table={table} />
      <TableEffects key={`${table.modes.join()} ${table.onDelete} ${table.onTruncate}`} table={table} />
      <TableColumns table={table} />
      <TableRowFilter key={JSON.stringify(table.where)} table={table} />
      <TableColumnRules key={JSON.stringify([table.columns, table.otherColumns])} table={table} />
      <TableSchemaPolicy table={table} />
    </>
  );
}

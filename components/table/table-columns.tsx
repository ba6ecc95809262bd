'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowRight, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { usePipeline } from '@/components/pipeline/use-pipeline.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Select } from '@/components/ui/field.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { useColumnFinder } from '@/components/ui/use-column-finder.tsx';
import { lakeTableNames } from '@/server/domain/names.ts';
import type { ValuePolicy } from '@/server/domain/value-type.ts';
import { policiesFor, toPolicy } from './policies.ts';
import type { TableView } from './table-types.ts';
import { useTableVerbs } from './use-table-verbs.ts';

const SLOW = { trpc: { context: { slow: true } } } as const;

/** Each column with its type on both sides, the key, and what happens to values that the lake cannot hold. */
export function TableColumns({ table }: { table: TableView }) {
  const trpc = useTRPC();
  const pipeline = usePipeline(table.pipelineId).data;
  const refusal = useRefusal();
  const verbs = useTableVerbs(table);
  const source = useQuery(
    trpc.sources.tables.queryOptions({ id: pipeline?.source.id ?? '' }, { enabled: pipeline !== undefined, ...SLOW }),
  );
  const [lakeName = table.lakeName] = lakeTableNames(table);
  const lake = useQuery(
    trpc.lake.table.queryOptions(
      { destinationId: pipeline?.destination.id ?? '', namespace: pipeline?.namespace ?? '', table: lakeName },
      { enabled: pipeline !== undefined, retry: false, ...SLOW },
    ),
  );
  const found = source.data?.items.find((each) => each.schema === table.schema && each.table === table.table);
  const sought = useUrlState().get('column');
  const { shown, finder, more } = useColumnFinder(found?.columns ?? [], sought ?? '');
  const isInLake = table.state !== 'pending' || table.markerLsn !== null;
  const [asked, setAsked] = useState<string | null>(null);
  const change = (column: string, policy: ValuePolicy, onSuccess = () => {}) =>
    verbs.update.mutate({ ...verbs.seen, policies: { ...table.policies, [column]: policy } }, { onSuccess });
  const lakeTypes = new Map(lake.data?.schema.fields.map(({ name, type }) => [name, type]));
  return (
    <section>
      <h3 className="mb-2 font-semibold">Columns</h3>
      {source.isError && <ErrorNote error={source.error} />}
      {!found && !source.isError && <ColumnsSkeleton isMissing={source.isSuccess} />}
      {finder}
      {found && (
        <div className="overflow-x-auto rounded-md border border-line">
          <table aria-label="Columns" className="w-full text-sm">
            <thead className="text-left text-xs text-muted">
              <tr>
                {['Column', 'Type, and in the lake', 'Value it cannot hold'].map((head) => (
                  <th key={head} scope="col" className="h-8 px-3 font-medium whitespace-nowrap">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line border-t border-line">
              {shown.map((column) => (
                <tr
                  key={column.name}
                  {...(column.name === sought ? { ref: intoView, className: 'h-9 bg-accent/8' } : { className: 'h-9' })}
                >
                  <th scope="row" className="px-3 text-left font-medium">
                    <span className="flex items-center gap-1.5">
                      {column.name}
                      {found.key.includes(column.name) && (
                        <KeyRound className="size-3.5 text-accent" aria-label="key" />
                      )}
                    </span>
                  </th>
                  <td className="px-3 py-1 font-mono text-xs">
                    {column.type}
                    {column.notNull && <span className="text-muted"> not null</span>}
                    <span className="flex items-center gap-1 text-muted">
                      <ArrowRight className="size-3" aria-label="becomes" />
                      {lakeTypes.get(column.name) ?? (lake.isPending ? '…' : 'not in the lake yet')}
                    </span>
                  </td>
                  <td className="px-3 py-1">
                    <Select
                      aria-label={`Policy of ${column.name}`}
                      value={toPolicy(table.policies[column.name])}
                      disabled={refusal('pipeline:write') !== null || verbs.update.isPending}
                      title={refusal('pipeline:write') ?? undefined}
                      className="w-44! text-sm!"
                      onChange={(event) => {
                        const policy = toPolicy(event.target.value);
                        // What is text there anyway needs no copy.
                        if (policy === 'string' && isInLake && lakeTypes.get(column.name) !== 'string')
                          setAsked(column.name);
                        else change(column.name, policy);
                      }}
                    >
                      {policiesFor({
                        isMirrorKey: table.mirror && found.key.includes(column.name),
                        present: toPolicy(table.policies[column.name]),
                        isInLake,
                      }).map(({ value, label, isRefused }) => (
                        <option key={value} value={value} disabled={isRefused}>
                          {label}
                        </option>
                      ))}
                    </Select>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {more}
        </div>
      )}
      {found && isInLake && (
        <p className="mt-2 text-xs text-muted">
          A column that is kept as text stays text in the lake. To change that, remove the table with its lake tables
          and add it again.
        </p>
      )}
      <ConfirmDialog
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={`Keep ${asked ?? ''} as text?`}
        consequences={[
          'The table is copied again: the copy makes the column anew, as text. A changelog keeps the old one, too.',
          'Changes of the table wait until the copy is done.',
          'The column stays text in the lake.',
        ]}
        stays={['Readers see its present content until the copy takes its place in one commit.', 'Other tables go on.']}
        action="Keep as text and copy"
        acting="Asking"
        isPending={verbs.update.isPending}
        error={verbs.update.error}
        onConfirm={() => asked !== null && change(asked, 'string', () => setAsked(null))}
      />
      {found && found.generatedColumns.length > 0 && (
        <p className="mt-2 text-xs text-muted">
          Not carried, since the source computes them: {found.generatedColumns.join(', ')}.
        </p>
      )}
    </section>
  );
}

/** Once, when the row is there: its name is stable, so React calls it no more. */
const intoView = (row: HTMLTableRowElement | null) => row?.scrollIntoView({ block: 'center' });

function ColumnsSkeleton({ isMissing }: { isMissing: boolean }) {
  if (isMissing) {
    return (
      <p className="text-sm text-muted">The source does not have this table any more, or its role may not see it.</p>
    );
  }
  return (
    <div role="status" className="space-y-3 rounded-md border border-line p-3">
      <span className="sr-only">Loading</span>
      {['w-40', 'w-52', 'w-44', 'w-36'].map((width) => (
        <Skeleton key={width} className={`h-3 ${width}`} />
      ))}
    </div>
  );
}

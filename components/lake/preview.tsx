'use client';

import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { counted, countText, secondsText } from '@/components/ui/figures.ts';
import { fieldError } from '@/components/ui/problem.ts';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { type LakeKey, type LakePreview, type LakeTable, SLOW } from './lake-types.ts';
import { type PreviewCondition, PreviewFilter, toOperator } from './preview-filter.tsx';
import { SnapshotLine } from './snapshot-line.tsx';

/** Some rows of the newest snapshot, as a reader sees them; those that meet the condition in the address. */
export function Preview({ at, table }: { at: LakeKey; table: LakeTable | undefined }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const condition = conditionIn(url);
  const query = useQuery(
    trpc.lake.preview.queryOptions(
      { ...at, ...condition, limit: ROWS },
      // Each reading is on record, so it is a person who asks for it.
      { refetchOnWindowFocus: false, retry: false, placeholderData: (before) => before, ...SLOW },
    ),
  );
  const { data, error } = query;
  const refused =
    condition && (fieldError(error, 'value') ?? fieldError(error, 'column') ?? fieldError(error, 'operator'));
  const snapshot = data?.snapshotId && data.at ? { id: data.snapshotId, at: data.at } : null;
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-start justify-between gap-2">
        {table ? (
          <PreviewFilter
            key={JSON.stringify(condition)}
            columns={table.schema.fields}
            condition={condition}
            error={refused}
            onApply={(next) =>
              url.set({
                column: next?.column ?? null,
                operator: next && next.operator !== '=' ? next.operator : null,
                value: next?.value ?? null,
              })
            }
          />
        ) : (
          <span />
        )}
        <Button icon={RefreshCw} pending={query.isFetching && 'Reading'} onClick={() => void query.refetch()}>
          Refresh
        </Button>
      </div>
      {snapshot && table && !query.isFetching && (
        <SnapshotLine snapshot={snapshot} latest={table} onNewest={() => void query.refetch()} />
      )}
      {error && !refused && <ErrorState error={error} onRetry={() => void query.refetch()} />}
      {query.isPending && (
        <Card flush>
          <TableSkeleton rows={10} columns={6} />
        </Card>
      )}
      {data && !query.isError && <Rows preview={data} isFiltered={condition !== null} />}
    </div>
  );
}

const ROWS = 20;

function conditionIn(url: ReturnType<typeof useUrlState>): PreviewCondition | null {
  const column = url.get('column');
  if (column === null) return null;
  const operator = toOperator(url.get('operator'));
  return operator.startsWith('is ') ? { column, operator } : { column, operator, value: url.get('value') ?? '' };
}

function Rows({ preview, isFiltered }: { preview: LakePreview; isFiltered: boolean }) {
  const { columns, rows, truncated, readMs, files } = preview;
  return (
    <div>
      <Card flush className="overflow-hidden">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <section className="overflow-x-auto" tabIndex={0} aria-label="Rows, scrolls sideways">
          <table aria-label="Rows" className="w-full font-mono text-xs">
            <thead className="text-left text-muted">
              <tr className="border-b border-line">
                {columns.map(({ name, type }) => (
                  <th key={name} scope="col" className="px-3 py-1.5 font-medium whitespace-nowrap first:pl-4">
                    {name}
                    <span className="block font-normal text-faint">{type}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {rows.map((row, index) => (
                <tr key={index} className="h-9">
                  {row.map((value, column) => (
                    <td key={columns[column]?.name} className="max-w-72 truncate px-3 whitespace-nowrap first:pl-4">
                      {value === null ? <span className="text-faint italic">null</span> : value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </Card>
      <p className="mt-2 text-xs text-muted">
        {rows.length === 0 ? `${emptyText(preview, isFiltered)} ` : ''}
        {rows.length === ROWS && `The first ${ROWS} rows found. `}Read in {secondsText(readMs / 1_000)}
        {isFiltered && ` from ${countText(files.read)} of ${counted(files.all, 'file')} that can hold such rows`}
        {truncated && ', long values cut'}. Looking at rows is kept in the audit log.
      </p>
    </div>
  );
}

function emptyText({ files }: LakePreview, isFiltered: boolean): string {
  if (!isFiltered) return 'The table is empty.';
  return files.read < files.all
    ? 'None of the rows that were read meets the condition.'
    : 'No row meets the condition.';
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { Card } from '@/components/ui/card.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { secondsText } from '@/components/ui/figures.ts';
import { TableSkeleton } from '@/components/ui/skeleton.tsx';
import { type LakeKey, SLOW } from './lake-types.ts';

/** Some rows of the current snapshot, as a reader sees them. */
export function Preview(at: LakeKey) {
  const trpc = useTRPC();
  const query = useQuery(trpc.lake.preview.queryOptions({ ...at, limit: 20 }, SLOW));
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <Card flush>
        <TableSkeleton rows={10} columns={6} />
      </Card>
    );
  }
  const { columns, rows, truncated, readMs } = query.data;
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
        {rows.length === 0 ? 'The table is empty. ' : ''}Read in {secondsText(readMs / 1_000)}
        {truncated && ', long values cut'}.
      </p>
    </div>
  );
}

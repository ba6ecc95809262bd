import { formatAgo, formatBytes, formatCount } from '@/components/ui/format.ts';
import { Problem } from '@/components/ui/problem.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import type { TableStatus } from '@/server/pipelines/pipeline-view.ts';

/** The tables of a pipeline: rows on a wide screen, cards on a narrow one. */
export function TableList({ tables }: { tables: readonly TableStatus[] }) {
  const now = Date.now();
  return (
    <ul className="divide-y divide-line rounded-2xl border border-line bg-surface">
      {tables.map((table) => (
        <li key={table.id} className="p-4 sm:px-6">
          <div className="grid grid-cols-2 items-center gap-x-6 gap-y-3 md:grid-cols-[minmax(0,1.7fr)_8.5rem_7rem_8.5rem_minmax(0,1fr)]">
            <div className="col-span-2 min-w-0 md:col-span-1">
              <p className="truncate font-medium">{table.source}</p>
              <p className="truncate text-sm text-faint">
                <span className="font-mono text-[13px]">{table.lakeName}</span> · {table.modes.join(' + ')}
              </p>
            </div>
            <StateBadge state={table.state} />
            <p className="text-right text-sm tabular-nums md:text-left">
              {formatCount(table.rowsCommitted)} <span className="text-faint">changes</span>
            </p>
            <p className="text-sm text-muted tabular-nums">
              {table.markerAt ? formatAgo(table.markerAt, now) : 'no commit yet'}
            </p>
            <p className="text-right font-mono text-[13px] text-faint">{table.markerLsn ?? '–'}</p>
          </div>
          {table.state === 'copying' && <CopyProgress copy={table.copy} />}
          {(table.spillBytes > 0 || table.deadLettersOpen > 0) && (
            <p className="mt-2 text-sm text-warn">
              {[
                table.spillBytes > 0 && `${formatBytes(table.spillBytes)} held back`,
                table.deadLettersOpen > 0 &&
                  `${formatCount(table.deadLettersOpen)} dead letter${table.deadLettersOpen === 1 ? '' : 's'}`,
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          )}
          {table.error && (
            <div className="mt-3">
              <Problem error={table.error} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function CopyProgress({ copy }: { copy: TableStatus['copy'] }) {
  const isKnown = copy.rowsEstimate > 0;
  const percent = isKnown ? Math.min(99, Math.floor((copy.rows / copy.rowsEstimate) * 100)) : 0;
  return (
    <div className="mt-3">
      <div
        className="h-1.5 overflow-hidden rounded-full bg-raised"
        role="progressbar"
        aria-label="Table copy"
        aria-valuemin={0}
        aria-valuemax={100}
        {...(isKnown ? { 'aria-valuenow': percent } : {})}
      >
        <div className="h-full rounded-full bg-busy transition-[width] duration-700" style={{ width: `${percent}%` }} />
      </div>
      <p className="mt-1.5 text-sm text-muted tabular-nums">
        {formatCount(copy.rows)} rows copied{isKnown && ` of about ${formatCount(copy.rowsEstimate)} · ${percent} %`}
      </p>
    </div>
  );
}

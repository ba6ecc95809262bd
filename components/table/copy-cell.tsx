import { countText } from '@/components/ui/figures.ts';
import { ProgressBar } from '@/components/ui/progress-bar.tsx';
import type { TableView } from './table-types.ts';

type Copied = Pick<TableView, 'copy' | 'state' | 'source'>;

/** How far the copy of a table is; when it is done, how much it was. */
export function CopyCell({ table: { copy, state, source } }: { table: Copied }) {
  if (copy.endedAt !== null) return <span className="text-muted tabular-nums">{countText(copy.rows)} rows</span>;
  if (state !== 'copying') return <span className="text-faint">–</span>;
  return (
    <span className="flex items-center gap-2">
      <ProgressBar
        label={`Copy of ${source}`}
        value={copy.rows}
        max={copy.rowsEstimate > 0 ? copy.rowsEstimate : null}
        className="w-20"
      />
      <span className="text-xs text-muted tabular-nums">{copyShare(copy)}</span>
    </span>
  );
}

/** Estimates may fall short: a copy is done when it says so, not at its estimate. */
function copyShare({ rows, rowsEstimate }: TableView['copy']): string {
  if (rowsEstimate <= 0) return `${countText(rows)} rows`;
  return `${Math.min(99, Math.floor((rows / rowsEstimate) * 100))} %`;
}

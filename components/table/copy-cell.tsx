import { counted, secondsText } from '@/components/ui/figures.ts';
import { useNow } from '@/components/ui/now.ts';
import { ProgressBar } from '@/components/ui/progress-bar.tsx';
import { copyPace } from './copy-pace.ts';
import type { TableView } from './table-types.ts';

type Copied = Pick<TableView, 'copy' | 'state' | 'source'>;

/** How far the copy of a table is; when it is done, how much it was. */
export function CopyCell({ table: { copy, state, source } }: { table: Copied }) {
  const now = useNow();
  if (copy.endedAt !== null) return <span className="text-muted tabular-nums">{counted(copy.rows, 'row')}</span>;
  if (state !== 'copying') return <span className="text-faint">–</span>;
  return (
    <span className="flex items-center gap-2">
      <ProgressBar
        label={`Copy of ${source}`}
        value={copy.rows}
        max={copy.rowsEstimate > 0 ? copy.rowsEstimate : null}
        className="w-20"
      />
      <span className="text-xs whitespace-nowrap text-muted tabular-nums">{copyShare(copy, now)}</span>
    </span>
  );
}

/** Estimates may fall short: a copy is done when it says so, not at its estimate. */
function copyShare(copy: TableView['copy'], now: number | null): string {
  const { rows, rowsEstimate } = copy;
  if (rowsEstimate <= 0) return counted(rows, 'row');
  const share = `${Math.min(99, Math.floor((rows / rowsEstimate) * 100))} %`;
  const left = copyPace(copy, now)?.secondsLeft ?? null;
  return left === null ? share : `${share}, ${secondsText(left)} left`;
}

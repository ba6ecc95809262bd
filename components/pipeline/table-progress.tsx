import { copyPace } from '@/components/table/copy-pace.ts';
import { Section } from '@/components/ui/card.tsx';
import { counted, countText, rateText, secondsText } from '@/components/ui/figures.ts';
import { Link } from '@/components/ui/link.tsx';
import { useNow } from '@/components/ui/now.ts';
import { ProgressBar } from '@/components/ui/progress-bar.tsx';
import type { PipelineStatus } from './pipeline-types.ts';

function paceText(pace: ReturnType<typeof copyPace>): string {
  if (pace === null) return '';
  const left = pace.secondsLeft === null ? '' : `, ${secondsText(pace.secondsLeft)} left`;
  return `${rateText(pace.rowsPerSecond)}${left}`;
}

/** The copies under way, over all tables; nothing when there is none. */
export function TableProgress({ pipeline }: { pipeline: PipelineStatus }) {
  const now = useNow();
  const copying = pipeline.tableList.filter(
    ({ state, requested }) => requested !== 'remove' && ['pending', 'copying', 'catching_up'].includes(state),
  );
  if (copying.length === 0 || pipeline.state === 'draft') return null;
  return (
    <Section
      title="First copy"
      description={`${pipeline.tables.live} of ${counted(pipeline.tables.all, 'table')} ${pipeline.tables.live === 1 ? 'is' : 'are'} live. The others follow on their own.`}
    >
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">
        {copying.map((table) => (
          <li key={table.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-sm">
            <Link
              href={`/pipelines/${pipeline.id}/tables?table=${table.id}`}
              className="w-48 truncate font-medium hover:underline"
            >
              {table.source}
            </Link>
            <ProgressBar
              label={`Copy of ${table.source}`}
              value={table.copy.rows}
              max={table.copy.rowsEstimate > 0 ? table.copy.rowsEstimate : null}
              className="min-w-32 flex-1"
            />
            <span className="w-44 text-right text-muted tabular-nums">
              {countText(table.copy.rows)} of about {counted(Math.max(table.copy.rowsEstimate, table.copy.rows), 'row')}
            </span>
            <span className="w-40 text-right text-muted tabular-nums">{paceText(copyPace(table.copy, now))}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

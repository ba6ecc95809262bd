import { CircleAlert, GitCommitHorizontal, type LucideIcon, RotateCcw, Table2 } from 'lucide-react';
import { TONE_TEXT, type Tone } from '@/components/ui/badge.tsx';
import { cx } from '@/components/ui/cx.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import type { PipelineMetrics } from './pipeline-types.ts';

type Mark = PipelineMetrics['marks'][number];

const KINDS: Readonly<Record<Mark['kind'], { icon: LucideIcon; tone: Tone; word: string }>> = {
  state: { icon: GitCommitHorizontal, tone: 'idle', word: 'State' },
  error: { icon: CircleAlert, tone: 'attention', word: 'Error' },
  restart: { icon: RotateCcw, tone: 'copying', word: 'Restart' },
  'schema-change': { icon: Table2, tone: 'accent', word: 'Schema' },
};
const SHOWN_MAX = 6;

/** The marks on the charts' time axis in words, newest first. */
export function ChartMarks({ marks }: { marks: readonly Mark[] }) {
  if (marks.length === 0) return null;
  const shown = marks.slice(-SHOWN_MAX).reverse();
  return (
    <div className="rounded-md border border-line bg-surface px-4 py-2">
      <ul aria-label="What happened in this time" className="divide-y divide-line text-sm">
        {shown.map(({ at, kind, text, code }) => {
          const { icon: Icon, tone, word } = KINDS[kind];
          return (
            <li key={`${at} ${kind} ${text}`} className="flex items-baseline gap-3 py-1.5">
              <span className={cx('flex w-20 shrink-0 items-baseline gap-1.5 font-medium', TONE_TEXT[tone])}>
                <Icon className="size-4 shrink-0 self-center" aria-hidden="true" />
                {word}
              </span>
              <span className="min-w-0 flex-1 truncate" title={text}>
                {kind === 'state' ? text.replaceAll('_', ' ') : text}
                {code && <span className="ml-2 font-mono text-xs text-muted">{code}</span>}
              </span>
              <RelativeTime at={at} className="shrink-0 text-muted" />
            </li>
          );
        })}
      </ul>
      {marks.length > SHOWN_MAX && (
        <p className="py-1.5 text-xs text-muted">{marks.length - SHOWN_MAX} older ones are marked on the charts.</p>
      )}
    </div>
  );
}

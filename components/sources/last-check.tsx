import { counted } from '@/components/ui/figures.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import type { Source } from './source-types.ts';

/** What the last check of a source or a destination came to, and when that was. */
export function LastCheck({ check }: { check: Source['lastCheck'] }) {
  if (!check) return <span className="text-faint">never</span>;
  const { state, word } = shown(check);
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <StateBadge state={state} word={word} />
      <RelativeTime at={check.at} className="relative z-1 text-muted" />
    </span>
  );
}

function shown({ errorCode, blocking, warnings }: NonNullable<Source['lastCheck']>) {
  if (errorCode !== null) return { state: 'failed', word: 'No answer' };
  if (blocking > 0) return { state: 'blocking', word: `${blocking} blocking` };
  return warnings > 0 ? { state: 'warning', word: counted(warnings, 'warning') } : { state: 'ok', word: 'Ready' };
}

'use client';

import { useLiveState } from '@/components/api/live-state.ts';
import { cx } from '@/components/ui/cx.ts';
import { secondsText } from '@/components/ui/figures.ts';
import { useNow } from '@/components/ui/now.ts';
import { exactTime } from '@/components/ui/relative-time.tsx';
import { Tooltip } from '@/components/ui/tooltip.tsx';

const LOOKS = {
  live: { dot: 'bg-running', word: 'Live', text: 'text-muted' },
  reconnecting: { dot: 'bg-paused', word: 'Reconnecting', text: 'text-paused' },
  stale: { dot: 'bg-attention', word: 'Stale', text: 'text-attention' },
} as const;

/** Whether the figures on the page move with the server; when not, since when they stand still. */
export function LiveMark() {
  const state = useLiveState();
  const now = useNow();
  const { dot, word, text } = LOOKS[state.kind];
  const since = state.kind === 'live' ? null : state.since;
  const age =
    since === null || now === null ? null : secondsText(Math.max(0, Math.floor((now - Date.parse(since)) / 1_000)));
  const label =
    since === null
      ? 'Figures follow the server as it changes.'
      : `The server does not answer; figures are as of ${exactTime(since)}.`;
  return (
    <Tooltip label={label} side="bottom">
      <button
        type="button"
        aria-label={`${word}. ${label}`}
        className={cx('flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2 text-xs whitespace-nowrap', text)}
      >
        <span className={cx('size-2 rounded-full', dot)} aria-hidden="true" />
        <span className={cx(state.kind === 'live' && 'max-sm:sr-only')}>
          {state.kind === 'stale' && age !== null ? `Stale for ${age}` : word}
        </span>
        <span className="sr-only" role="status">
          {word}
        </span>
      </button>
    </Tooltip>
  );
}

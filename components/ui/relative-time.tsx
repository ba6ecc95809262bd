'use client';

import { cx } from './cx.ts';
import { secondsText } from './figures.ts';
import { useNow } from './now.ts';
import { Tooltip } from './tooltip.tsx';

const exact = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** `22 Nov 2026, 14:03:07 GMT`: an instant in the reader's time zone. */
export const exactTime = (at: string): string => exact.format(new Date(at));

/** `12 s ago`, with the exact instant on hover and focus. `in` writes what lies ahead ("in 3 d"). */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  const seconds = now === null ? null : (now - Date.parse(at)) / 1_000;
  return (
    <Tooltip label={<span className="tabular-nums">{exactTime(at)}</span>}>
      <time
        dateTime={at}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the exact instant is for keyboards too.
        tabIndex={0}
        suppressHydrationWarning
        className={cx('rounded-sm whitespace-nowrap tabular-nums', className)}
      >
        {seconds === null ? exactTime(at) : relativeText(seconds)}
      </time>
    </Tooltip>
  );
}

/** `12 s ago`, `just now`, `in 3 d`; positive seconds lie in the past. */
export function relativeText(seconds: number): string {
  if (seconds < -1) return `in ${secondsText(Math.ceil(-seconds))}`;
  return seconds < 1 ? 'just now' : `${secondsText(Math.floor(seconds))} ago`;
}

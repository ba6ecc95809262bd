const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units, as the console has them: `1.3 GB`. */
export function bytesText(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '-';
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[step]}`;
}

export const countText = (count: number | null | undefined): string =>
  count === null || count === undefined ? '-' : count.toLocaleString('en-US');

/** `1 range`, `5 ranges`. */
export const counted = (count: number | null | undefined, noun: string): string =>
  `${countText(count ?? 0)} ${count === 1 ? noun : `${noun}s`}`;

/** When a wish is carried out, as the end of a sentence about it. */
const WHEN = { now: '', soon: ' within seconds', 'when it runs': ' as soon as the pipeline runs' } as const;
export const whenText = (carriedOut: keyof typeof WHEN | undefined): string => (carriedOut ? WHEN[carriedOut] : '');

/** `0.8s`, `42s`, `3m 5s`, `2h 10m`, `3d 4h` */
export function durationText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '-';
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h ${Math.floor((whole % 3_600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3_600)}h`;
}

/** UTC, to the second. */
export const timeText = (iso: string | null | undefined): string =>
  iso ? `${iso.slice(0, 19).replace('T', ' ')}Z` : '-';

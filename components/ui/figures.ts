/** A figure for people: three significant digits at most, and its unit. */
export type Figure = { readonly value: string; readonly unit: string };

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** `12.4 k`, `987`, `0`; with a noun that agrees: `1 row`, `12.4 k rows`. Fractions show below ten only (`2.5`). */
export function countFigure(count: number, noun = ''): Figure {
  const { scaled, prefix } = scale(count);
  const value = prefix === '' && scaled >= 10 ? whole.format(scaled) : threeDigits(scaled);
  return { value, unit: [prefix, noun && agreeing(count, noun)].filter(Boolean).join(' ') };
}

/** Decimal units, as disks and object stores count: `1.31 GB`. */
export function bytesFigure(bytes: number): Figure {
  const { scaled, prefix } = scale(bytes);
  return { value: prefix === '' ? whole.format(scaled) : threeDigits(scaled), unit: `${prefix}B` };
}

/** `420 ms`, `2.1 s`, `42 s`, `12 min`, `5.2 h`, `12 d`. */
export function secondsFigure(seconds: number): Figure {
  if (seconds < 0.9995) return { value: whole.format(seconds * 1_000), unit: 'ms' };
  if (seconds < 9.95) return { value: Number.isInteger(seconds) ? String(seconds) : seconds.toFixed(1), unit: 's' };
  if (seconds < 100) return { value: whole.format(seconds), unit: 's' };
  if (seconds < 100 * 60) return { value: whole.format(seconds / 60), unit: 'min' };
  if (seconds < 48 * 3_600) return { value: (seconds / 3_600).toFixed(1), unit: 'h' };
  return { value: whole.format(seconds / 86_400), unit: 'd' };
}

/** `1.2 k rows/s`, `0.4 rows/s`, `1 row/s`. */
export function rateFigure(perSecond: number): Figure {
  const { value, unit } = countFigure(perSecond, 'row');
  return { value, unit: `${unit}/s` };
}

export const figureText = ({ value, unit }: Figure): string => (unit === '' ? value : `${value} ${unit}`);

export const countText = (count: number): string => figureText(countFigure(count));
export const bytesText = (bytes: number): string => figureText(bytesFigure(bytes));
export const secondsText = (seconds: number): string => figureText(secondsFigure(seconds));
export const rateText = (perSecond: number): string => figureText(rateFigure(perSecond));

/** All digits, in groups: what stands behind a rounded figure. */
export const exactCount = (count: number): string => whole.format(count);

/** `1 table`, `5 tables`, `12.4 k tables`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${countText(count)} ${agreeing(count, noun, plural)}`;

const agreeing = (count: number, noun: string, plural = `${noun}s`): string => (count === 1 ? noun : plural);

function scale(amount: number): { scaled: number; prefix: (typeof PREFIXES)[number] } {
  let scaled = amount;
  let step = 0;
  // 999.5 would be written 1000.
  while (Math.abs(scaled) >= 999.5 && step < PREFIXES.length - 1) {
    scaled /= 1_000;
    step++;
  }
  return { scaled, prefix: PREFIXES[step] ?? '' };
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.01) return '<0.01';
  if (Number.isInteger(value) && size < 10) return String(value);
  return size >= 99.95 ? value.toFixed(0) : size >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

export type Sample = { readonly seconds: number; readonly value: number };

export type Rule = {
  /** Growth over the judged half that is noise, in the figure's unit, beside a tenth of its median. */
  readonly allowance: number;
};

export type Verdict = {
  readonly isFlat: boolean;
  /** By how much the figure grew over the judged half, by the medians of its quarters. */
  readonly growth: number;
  readonly median: number;
  readonly limit: number;
};

const SAMPLES_MIN = 5;
const SHARE = 0.1;

/**
 * Whether a figure stays where it is: the median of the last quarter of the run may lie above that of the quarter before by
 * half the limit, which is a tenth of the figure plus the allowance for the half that both make up. Medians, since faults make
 * spikes. Too few samples are not flat: a figure that nobody took proves nothing.
 */
export function judge(samples: readonly Sample[], { allowance }: Rule): Verdict {
  const end = samples.at(-1)?.seconds ?? 0;
  const between = (from: number, to: number): number[] =>
    samples.flatMap(({ seconds, value }) => (seconds >= end * from && seconds < end * to ? [value] : []));
  const [before, last] = [between(0.5, 0.75), between(0.75, 1)];
  const typical = median([...before, ...last]);
  const limit = typical * SHARE + allowance;
  const isKnown = Math.min(before.length, last.length) >= SAMPLES_MIN;
  const growth = isKnown ? 2 * (median(last) - median(before)) : Number.NaN;
  return { isFlat: growth <= limit, growth, median: typical, limit };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
}

import * as z from 'zod';

/** How far charts look back. */
export const METRIC_RANGES = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;
export type MetricRange = (typeof METRIC_RANGES)[number];
export const metricRange = z.enum(METRIC_RANGES, `must be one of ${METRIC_RANGES.join(', ')}`);

type Resolution = {
  readonly seconds: number;
  /** Which of the kept samples are read: 10, 60 or 3600. */
  readonly sampleSeconds: number;
  /** Distance of the points; at most a few hundred, and the worst value within each is shown. */
  readonly stepSeconds: number;
};

const HOUR = 3600;
const RESOLUTIONS: Readonly<Record<MetricRange, Resolution>> = {
  '15m': { seconds: HOUR / 4, sampleSeconds: 10, stepSeconds: 10 },
  '1h': { seconds: HOUR, sampleSeconds: 10, stepSeconds: 10 },
  '6h': { seconds: 6 * HOUR, sampleSeconds: 10, stepSeconds: 60 },
  '24h': { seconds: 24 * HOUR, sampleSeconds: 60, stepSeconds: 300 },
  '7d': { seconds: 7 * 24 * HOUR, sampleSeconds: 60, stepSeconds: 1800 },
  '30d': { seconds: 30 * 24 * HOUR, sampleSeconds: 3600, stepSeconds: 7200 },
};

export type TimeAxis = Resolution & {
  /** Unix seconds. The first point is at `from` plus one step, the last at `to`. */
  readonly from: number;
  readonly to: number;
  readonly at: readonly number[];
};

/** The points of a chart that ends now: multiples of the step, so that successive reads show the same points. */
export function timeAxis(range: MetricRange, now: Date): TimeAxis {
  const resolution = RESOLUTIONS[range];
  const { seconds, stepSeconds } = resolution;
  const to = Math.floor(now.getTime() / 1000 / stepSeconds) * stepSeconds;
  const from = to - seconds;
  const at = Array.from({ length: seconds / stepSeconds }, (_, index) => from + (index + 1) * stepSeconds);
  return { ...resolution, from, to, at };
}

export const isoOf = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString();

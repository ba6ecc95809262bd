import type { TimeAxis } from './ranges.ts';

/** Values of one figure, one per point of the axis; null where nothing was recorded, which charts show as a gap. */
export type Series = readonly (number | null)[];

type Sampled = { readonly at: number };

/** The worst value of each step. */
export function gauge<Row extends Sampled>(
  axis: TimeAxis,
  rows: readonly Row[],
  value: (row: Row) => number | null,
): Series {
  const points: (number | null)[] = axis.at.map(() => null);
  for (const row of rows) {
    const place = placeOf(axis, row.at);
    const found = value(row);
    const present = points[place];
    if (present === undefined || found === null) continue;
    points[place] = present === null ? found : Math.max(present, found);
  }
  return points;
}

/** Counts of the samples within each step. */
export function sum<Row extends Sampled>(axis: TimeAxis, rows: readonly Row[], count: (row: Row) => number): Series {
  const points: (number | null)[] = axis.at.map(() => null);
  for (const row of rows) {
    const place = placeOf(axis, row.at);
    const present = points[place];
    if (present !== undefined) points[place] = (present ?? 0) + count(row);
  }
  return points;
}

/**
 * Growth per second of a total, out of neighbouring samples. No line is drawn over a hole in the samples; a total that
 * became smaller (a table was taken out) did not grow.
 */
export function rate<Row extends Sampled>(axis: TimeAxis, rows: readonly Row[], total: (row: Row) => number): Series {
  const growth = axis.at.map(() => ({ grown: 0, seconds: 0 }));
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    const point = growth[placeOf(axis, row.at)];
    if (!before || !point || row.at - before.at > axis.sampleSeconds * HOLE) return;
    point.grown += Math.max(total(row) - total(before), 0);
    point.seconds += row.at - before.at;
  });
  return growth.map(({ grown, seconds }) => (seconds === 0 ? null : grown / seconds));
}

/** So many samples may be late or missing before a line is broken. */
const HOLE = 3;

/** Which point a sample belongs to: it ends its step. */
const placeOf = ({ from, stepSeconds }: TimeAxis, at: number): number => Math.ceil((at - from) / stepSeconds) - 1;

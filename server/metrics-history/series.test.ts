import { describe, expect, it } from 'vitest';
import { METRIC_RANGES, timeAxis } from './ranges.ts';
import { gauge, rate, sum } from './series.ts';

const axis = { seconds: 60, sampleSeconds: 10, stepSeconds: 20, from: 1000, to: 1060, at: [1020, 1040, 1060] };
const at = (seconds: number, value = 0) => ({ at: seconds, value });
const value = (row: { value: number }) => row.value;

describe('the time axis', () => {
  it.each(METRIC_RANGES)('has a few hundred points at multiples of the step: %s', (range) => {
    const { at: points, stepSeconds, from, to, seconds } = timeAxis(range, new Date('2026-03-01T12:34:56Z'));
    expect(points.length).toBeGreaterThanOrEqual(90);
    expect(points.length).toBeLessThanOrEqual(400);
    expect(points.every((point) => point % stepSeconds === 0)).toBe(true);
    expect(points[0]).toBe(from + stepSeconds);
    expect(points.at(-1)).toBe(to);
    expect(to - from).toBe(seconds);
  });
});

describe('series', () => {
  it('show the worst value of each step, and a gap where nothing was recorded', () => {
    expect(gauge(axis, [at(1010, 3), at(1020, 7), at(1021, 5)], value)).toEqual([7, 5, null]);
  });

  it('have a gap where a figure was not known', () => {
    expect(
      gauge(
        axis,
        [
          { at: 1010, value: null },
          { at: 1030, value: 2 },
        ],
        (row) => row.value,
      ),
    ).toEqual([null, 2, null]);
  });

  it('leave out samples beside the axis', () => {
    expect(gauge(axis, [at(1000, 9), at(1061, 9)], value)).toEqual([null, null, null]);
  });

  it('add up counts of a step', () => {
    expect(sum(axis, [at(1010, 3), at(1020, 4), at(1060, 1)], value)).toEqual([7, null, 1]);
  });

  it('turn totals into growth per second, from the sample before the axis on', () => {
    const rows = [at(1000, 100), at(1010, 200), at(1020, 300), at(1030, 300), at(1040, 500)];
    expect(rate(axis, rows, value)).toEqual([10, 10, null]);
  });

  it('draw no line over a hole', () => {
    expect(rate(axis, [at(1000, 0), at(1050, 1_000_000), at(1060, 1_000_010)], value)).toEqual([null, null, 1]);
  });

  it('call a total that shrank no growth', () => {
    expect(rate(axis, [at(1000, 500), at(1010, 400), at(1020, 420)], value)).toEqual([1, null, null]);
  });
});

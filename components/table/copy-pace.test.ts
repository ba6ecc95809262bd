import { expect, it } from 'vitest';
import { copyPace } from './copy-pace.ts';

const startedAt = '2026-01-01T00:00:00.000Z';
const copy = { rows: 2_000, rowsEstimate: 10_000, startedAt, endedAt: null };
const after = (seconds: number) => Date.parse(startedAt) + seconds * 1_000;

it('goes on as it went so far', () => {
  expect(copyPace(copy, after(10))).toEqual({ rowsPerSecond: 200, secondsLeft: 40 });
});

it('promises nothing that it cannot know', () => {
  expect(copyPace({ ...copy, rowsEstimate: 1_500 }, after(10))).toMatchObject({ secondsLeft: null });
  expect(copyPace(copy, after(1))).toBeNull();
  expect(copyPace(copy, null)).toBeNull();
  expect(copyPace({ ...copy, rows: 0 }, after(10))).toBeNull();
  expect(copyPace({ ...copy, endedAt: startedAt }, after(10))).toBeNull();
});

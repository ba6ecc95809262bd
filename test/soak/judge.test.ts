import { expect, test } from 'vitest';
import { judge, type Sample } from './judge.ts';

const samples = (value: (seconds: number) => number): Sample[] =>
  Array.from({ length: 200 }, (_, index) => ({ seconds: index * 2, value: value(index * 2) }));

test('a figure that settles in the first half is flat', () => {
  expect(
    judge(
      samples((at) => Math.min(at, 100)),
      { allowance: 0 },
    ).isFlat,
  ).toBe(true);
});

test('a figure that grows steadily is not', () => {
  expect(
    judge(
      samples((at) => 100 + at),
      { allowance: 10 },
    ),
  ).toMatchObject({ isFlat: false });
});

test('a spike of a fault does not make a flat figure steep', () => {
  expect(
    judge(
      samples((at) => (at > 380 ? 10_000 : 50)),
      { allowance: 0 },
    ).isFlat,
  ).toBe(true);
});

test('saw teeth of one height are flat', () => {
  expect(
    judge(
      samples((at) => at % 20),
      { allowance: 4 },
    ).isFlat,
  ).toBe(true);
});

test('what was hardly sampled is not called flat', () => {
  expect(judge(samples(() => 1).slice(0, 8), { allowance: 0 }).isFlat).toBe(false);
});

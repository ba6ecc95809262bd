import { expect, test } from 'vitest';
import { sinceMeasured, sparkPath } from './sparkline.tsx';

test('a gap in the values is a gap in the line', () => {
  expect(sparkPath([1, 1, null, 1, 1], 1).match(/M/g)).toHaveLength(2);
});

test('a lone value still shows', () => {
  expect(sparkPath([null, 1, null], 1)).toContain('h.01');
});

test('nothing measured draws nothing', () => {
  expect(sparkPath([null, null], 1)).toBe('');
});

test('the line begins where measuring did, and never shows less than a quarter of the time', () => {
  expect(sinceMeasured([null, null, 1, null, 2, 3, 4, 5])).toEqual([1, null, 2, 3, 4, 5]);
  expect(sinceMeasured([null, null, null, null, null, null, null, 1])).toEqual([null, 1]);
  expect(sinceMeasured([1, 2])).toEqual([1, 2]);
  expect(sinceMeasured([])).toEqual([]);
});

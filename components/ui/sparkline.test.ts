import { expect, test } from 'vitest';
import { sparkPath } from './sparkline.tsx';

test('a gap in the values is a gap in the line', () => {
  expect(sparkPath([1, 1, null, 1, 1], 1).match(/M/g)).toHaveLength(2);
});

test('a lone value still shows', () => {
  expect(sparkPath([null, 1, null], 1)).toContain('h.01');
});

test('nothing measured draws nothing', () => {
  expect(sparkPath([null, null], 1)).toBe('');
});

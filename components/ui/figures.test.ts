import { expect, test } from 'vitest';
import { bytesText, counted, countFigure, countText, rateText, secondsText } from './figures.ts';

test.each([
  [0, '0'],
  [7, '7'],
  [2.5, '2.50'],
  [987, '987'],
  [999.6, '1.00 k'],
  [1_310, '1.31 k'],
  [12_400, '12.4 k'],
  [234_000, '234 k'],
  [999_999, '1.00 M'],
  [0.004, '<0.01'],
])('%d is counted as %s', (count, text) => expect(countText(count)).toBe(text));

test.each([
  [512, '512 B'],
  [1_310_000_000, '1.31 GB'],
  [999_700, '1.00 MB'],
])('%d bytes read %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

test.each([
  [0.42, '420 ms'],
  [0.9996, '1.0 s'],
  [2.14, '2.1 s'],
  [42, '42 s'],
  [720, '12 min'],
  [18_720, '5.2 h'],
  [1_036_800, '12 d'],
])('%d seconds read %s', (seconds, text) => expect(secondsText(seconds)).toBe(text));

test('a rate carries its noun behind the prefix', () => expect(rateText(12_400)).toBe('12.4 k rows/s'));

test('a noun agrees with its count, also in a rate and under a prefix', () => {
  expect(rateText(1)).toBe('1 row/s');
  expect(rateText(0)).toBe('0 rows/s');
  expect(countFigure(1, 'row')).toEqual({ value: '1', unit: 'row' });
  expect(countFigure(12_400, 'row')).toEqual({ value: '12.4', unit: 'k rows' });
  expect(counted(1, 'table')).toBe('1 table');
  expect(counted(5, 'table')).toBe('5 tables');
});

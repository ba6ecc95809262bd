import { expect, test } from 'vitest';
import { FAULT_ROWS, rowsOf } from './rows.ts';

test('a title names one row, several, or none', () => {
  expect(rowsOf('a slot that is gone (row 3)')).toEqual([3]);
  expect(rowsOf('a server that crashes (rows 16, 19, 30)')).toEqual([16, 19, 30]);
  expect(rowsOf('rows stay rows (of 3)')).toEqual([]);
});

test('rows are numbered without a gap', () => {
  expect(FAULT_ROWS.map(({ row }) => row)).toEqual(FAULT_ROWS.map((_row, index) => index + 1));
});

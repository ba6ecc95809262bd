import { expect, test } from 'vitest';
import { rowFilterOf } from './row-filter-option.ts';

test('conditions are taken as they are typed, and none at all leaves the filter as it is', () => {
  expect(rowFilterOf({ where: ['status = active', `"Paid at" is null`, `note = 'it''s'`] })).toEqual({
    where: [
      { column: 'status', operator: '=', value: 'active' },
      { column: 'Paid at', operator: 'is null', value: null },
      { column: 'note', operator: '=', value: "it's" },
    ],
  });
  expect(rowFilterOf({})).toEqual({});
});

test('a filter is taken away by name, and not together with conditions', () => {
  expect(rowFilterOf({ allRows: true })).toEqual({ where: [] });
  expect(() => rowFilterOf({ allRows: true, where: ['a = 1'] })).toThrow('exclude each other');
  expect(() => rowFilterOf({ where: ['status active'] })).toThrow('is no condition');
});

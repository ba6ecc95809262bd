import { expect, test } from 'vitest';
import { rowCondition } from './row-condition.ts';

test('a condition is read as it would be written in SQL, quotes or not', () => {
  expect(rowCondition('status = open')).toEqual({ column: 'status', operator: '=', value: 'open' });
  expect(rowCondition(`"Odd ""name""" <> 'it''s'`)).toEqual({ column: 'Odd "name"', operator: '<>', value: "it's" });
  expect(rowCondition('n>=10')).toEqual({ column: 'n', operator: '>=', value: '10' });
  expect(rowCondition('paid_at IS NOT NULL')).toEqual({ column: 'paid_at', operator: 'is not null', value: null });
});

test('what is no condition is refused with the operators that there are', () => {
  for (const text of ['status', 'status =', 'a like b', 'paid_at is null 3', '']) {
    expect(() => rowCondition(text)).toThrow(/is no condition/);
  }
});

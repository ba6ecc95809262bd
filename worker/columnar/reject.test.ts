import { expect, it } from 'vitest';
import { OMITTED_REASON, reasonOfAll } from './reject.ts';

const REASON = 'date has no infinite value';

it('names every column at fault, with its reason where it is another', () => {
  expect(reasonOfAll([{ column: 'a', reason: REASON }])).toBe(REASON);
  expect(
    reasonOfAll([
      { column: 'a', reason: REASON },
      { column: 'b', reason: REASON },
      { column: 'c', reason: 'the value does not fit int' },
    ]),
  ).toBe(`${REASON}; column b: the same; column c: the value does not fit int`);
});

it('stays short enough to be looked up by, and says how many it leaves out', () => {
  const faults = Array.from({ length: 1_600 }, (_, at) => ({ column: `${'c'.repeat(55)}_${at}`, reason: REASON }));
  const text = reasonOfAll(faults);
  expect(text.length).toBeLessThan(1_300);
  expect(text).toMatch(/; and 15\d\d more columns$/);
});

it('keeps the reason that is about the whole row as it is', () => {
  const faults = [OMITTED_REASON, OMITTED_REASON, REASON].map((reason, at) => ({ column: `c${at}`, reason }));
  expect(reasonOfAll(faults)).toBe(OMITTED_REASON);
});

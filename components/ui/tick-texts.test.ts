import { expect, it } from 'vitest';
import { bytesText, rateText } from './figures.ts';
import { tickTexts } from './tick-texts.ts';

it('names zero alone where nothing was above it', () => {
  expect(tickTexts([0, 0.5, 1], { format: bytesText, isEmpty: true })).toEqual(['0 B', '', '']);
});

it('never says one text twice: the tick that it is true of keeps it', () => {
  expect(tickTexts([0, 0.5, 1, 1.5, 2], { format: bytesText, isEmpty: false })).toEqual(['0 B', '', '1 B', '', '2 B']);
});

it('leaves ticks alone whose texts differ', () => {
  expect(tickTexts([0, 0.5, 1], { format: rateText, isEmpty: false })).toEqual(['0 rows/s', '0.50 rows/s', '1 row/s']);
});

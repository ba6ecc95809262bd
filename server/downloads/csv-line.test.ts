import { expect, it } from 'vitest';
import { csvLine } from './csv-line.ts';

it('quotes every cell and leaves what is missing empty', () => {
  expect(csvLine(['a "quoted", text', 7, true, null, 'two\nlines'])).toBe(
    '"a ""quoted"", text","7","true",,"two\nlines"\r\n',
  );
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])('makes no formula of %j', (text) => {
  expect(csvLine([text])).toBe(`"'${text}"\r\n`);
});

it('leaves numbers as they are, negative ones too', () => {
  expect(csvLine([-1])).toBe('"-1"\r\n');
});

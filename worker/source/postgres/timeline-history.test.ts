import { expect, test } from 'vitest';
import { parseLsn } from '@/server/domain/lsn.ts';
import { parseHistory } from './timeline-history.ts';

test('a history file names where each ancestor was left, whatever the comments say', () => {
  const content = '# made by hand\n1\t0/3000148\tno recovery target specified\n\n 2 \t1A/B0\tbefore 2026-01-01\n';
  expect(parseHistory(content)).toEqual(
    new Map([
      [1, parseLsn('0/3000148')],
      [2, parseLsn('1A/B0')],
    ]),
  );
  expect(parseHistory('')).toEqual(new Map());
});

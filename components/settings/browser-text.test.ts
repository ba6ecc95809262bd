import { expect, test } from 'vitest';
import { browserText } from './browser-text.ts';

test('browsers that name each other are told apart', () => {
  const edge =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0';
  expect(browserText(edge)).toBe('Edge on Windows');
  expect(browserText('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1')).toBe(
    'Safari on iOS',
  );
  expect(browserText('curl/8.0')).toBe('curl');
  expect(browserText(null)).toBe('Unknown browser');
});

import { expect, it } from 'vitest';
import { returnPath } from './return-path.ts';

const site = { publicUrl: 'https://lake.example.com' };

it.each(['/', '/pipelines/pl_1?tab=tables', '/lake/%2F'])('goes back to %s', (path) => {
  expect(returnPath(path, site)).toBe(path);
});

it.each([
  null,
  '',
  '//evil.example.com',
  '/\\evil.example.com',
  '\\\\evil.example.com',
  '/\t/evil.example.com',
  '/.//evil.example.com',
  'https://evil.example.com/',
  'https://lake.example.com.evil.io/',
  'javascript:alert(1)',
  'data:text/html,x',
  '@evil.example.com',
  '/sign-in',
  '/sign-in/link?token=x',
  '/sign-out',
  '/api/v1/me',
])('does not go to %j', (path) => {
  expect(returnPath(path, site)).toBe('/');
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DOCUMENTS } from './documents.ts';

it.each(Object.entries(DOCUMENTS))('%s is what `npm run generate-docs` writes', (path, render) => {
  expect(readFileSync(path, 'utf8')).toBe(render());
});

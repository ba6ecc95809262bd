import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { PLAIN_ROUTES } from '@/server/api/rest/plain-routes.ts';
import { PROCEDURE_ROUTES } from '@/server/api/rest/route-table.ts';
import { createProgram } from '@/server/cli/program.ts';

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...['docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

/** What pages show as code: in backticks, over the end of a line too, and the lines of fenced blocks. */
function codeOf(page: string): string[] {
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(/^```.*\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'));
  const inline = [...text.replaceAll(/^```.*\n[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...inline].map((code) => code.replaceAll(/\s+/g, ' ').trim());
}

const mentions = PAGES.flatMap((page) => codeOf(page).map((code) => ({ page, code })));

it('documents only routes that the API has', () => {
  const shapeOf = (method: string, path: string) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`;
  const known = new Set(
    [...PROCEDURE_ROUTES, ...PLAIN_ROUTES].map(({ method, pattern }) => shapeOf(method, pattern.text)),
  );
  const named = mentions.flatMap(({ page, code }) => {
    const [, method = '', path = ''] = /^(GET|POST|PATCH|PUT|DELETE) (?:\/api\/v1)?(\/[^\s?]*)/.exec(code) ?? [];
    return method === '' ? [] : [{ page, route: `${method} ${path}`, shape: shapeOf(method, path) }];
  });
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter(({ shape }) => !known.has(shape)).map(({ page, route }) => `${page}: ${route}`)).toEqual([]);
});

it('documents only commands and options that the command line has', () => {
  const program = createProgram({
    env: {},
    out: () => undefined,
    err: () => undefined,
    readInput: async () => '',
    ask: null,
    isTerminal: false,
    columns: 110,
    cwd: '.',
    signal: new AbortController().signal,
  });
  const named = mentions.flatMap(({ page, code }) =>
    [...code.matchAll(/(?:^|&& |\$ )philotes ([a-z][^#|>&]*)/g)].map(([, words = '']) => ({
      page,
      words: words.trim(),
    })),
  );
  expect(named.length).toBeGreaterThan(20);
  const wrong = named.flatMap(({ page, words }) => {
    const reason = reasonAgainst(program, words.split(' '));
    return reason === null ? [] : [`${page}: philotes ${words}: ${reason}`];
  });
  expect(wrong).toEqual([]);
});

/** What of a command line does not exist. */
function reasonAgainst(program: Command, words: readonly string[]): string | null {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (!next) break;
    command = next;
  }
  if (command.commands.length > 0 && !words.includes('...')) return 'no such command';
  const options = new Set([...program.options, ...command.options].map(({ long }) => long));
  options.add('--help');
  const unknown = words.find((word) => word.startsWith('--') && !options.has(word.split('=', 1)[0] ?? ''));
  return unknown === undefined ? null : `${unknown} is no option of it`;
}

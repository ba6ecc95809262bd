import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { readOptions as readBench } from '@/bench/options.ts';
import { readOptions as readSoak } from '@/test/soak/options.ts';
import { answerAtOnce, USAGES } from './command-lines.mjs';
import { parseArguments } from './start/arguments.ts';

const COMMANDS = [
  ['scripts/bootstrap.mjs', 'start'],
  ['scripts/bootstrap.mjs', 'build'],
  ['scripts/bootstrap.mjs', 'reset'],
  ['scripts/bootstrap.mjs', 'generate-docs'],
  ['test/soak/run.mjs'],
  ['test/crash/run.mjs'],
  ['test/crash-matrix/run.mjs'],
  ['bench/run.mjs'],
] as const;

const run = (...words: readonly string[]) => spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 20_000 });

it.each(COMMANDS.map((words) => [words.join(' '), words] as const))(
  '%s answers --help at once, and refuses an option it does not know before it builds',
  (_, words) => {
    const help = run(...words, '--help');
    expect([help.status, help.stdout, help.stderr]).toEqual([0, expect.stringMatching(/^npm (run )?\w/), '']);
    expect(run(...words, '-h').stdout).toBe(help.stdout);
    const refused = run(...words, '--hepl');
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain(`--hepl is no option of this command\n\n${help.stdout.trimEnd()}`);
  },
  60_000,
);

it('lets through what the programs behind it understand', () => {
  expect(answerAtOnce('start', ['--once', '--rate', '5', '--port=3104', '--then', 'node x'])).toBeNull();
  expect(answerAtOnce('test', ['--project', 'unit', '-t', 'x'])).toBeNull();
  expect(answerAtOnce('test', ['-h'])?.exitCode).toBe(0);
  expect(answerAtOnce('bench', ['copy', '--runs', '1'])).toBeNull();
});

it('names no option that the programs behind it refuse', () => {
  const optionsOf = (usage: string) => usage.match(/--[a-z][a-z-]*/g) ?? [];
  for (const option of optionsOf(USAGES.start))
    expect(() => parse(parseArguments, option)).not.toThrow(/Unknown option/);
  for (const option of optionsOf(USAGES.bench)) expect(() => parse(readBench, option)).not.toThrow(/Unknown option/);
  for (const option of optionsOf(USAGES.soak)) expect(readSoak([option, '1'], 0)).not.toBeNull();
});

/** With a value, which an option that takes none refuses in other words. */
const parse = (read: (args: string[]) => unknown, option: string) => read([`${option}=1`]);

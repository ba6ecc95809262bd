#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { CliIo } from './cli-io.ts';
import { runCli } from './program.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
// Whoever reads us may have had enough, like `head`.
process.stdout.on('error', () => process.exit(0));

const io: CliIo = {
  // biome-ignore lint/style/noProcessEnv: the composition root hands the environment on.
  env: process.env,
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  readInput: () => text(process.stdin),
  ask: process.stdin.isTTY ? ask : null,
  isTerminal: process.stdout.isTTY === true,
  columns: process.stdout.columns ?? 80,
  cwd: process.cwd(),
  signal: stop.signal,
};
process.exitCode = await runCli(process.argv.slice(2), io, version);

/** Asks on standard error, so that standard output stays data. */
function ask(question: string, { hidden = false } = {}): Promise<string> {
  const output = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (!hidden) process.stderr.write(chunk);
      done();
    },
  });
  process.stderr.write(question);
  const prompt = createInterface({ input: process.stdin, output, terminal: true });
  return new Promise((resolve) => {
    prompt.once('line', (line) => {
      prompt.close();
      if (hidden) process.stderr.write('\n');
      resolve(line);
    });
    prompt.once('SIGINT', () => {
      prompt.close();
      process.stderr.write('\n');
      resolve('');
    });
    prompt.once('close', () => resolve(''));
  });
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliIo } from '../cli-io.ts';
import { runCli } from '../program.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string; json(): unknown };
export type Terminal = Disposable & {
  readonly folder: string;
  /** Runs `philotes` with these words. */
  run(words: readonly string[], more?: Partial<CliIo>): Promise<Ran>;
  write(name: string, text: string): string;
};

/** A person's shell: a home folder of its own and these variables. */
export function openTerminal(env: Record<string, string>): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'philotes-cli-'));
  return {
    folder,
    async run(words, more = {}) {
      const out: string[] = [];
      const err: string[] = [];
      const code = await runCli(words, {
        out: (line) => void out.push(line),
        err: (line) => void err.push(line),
        readInput: async () => '',
        ask: null,
        isTerminal: false,
        columns: 100,
        cwd: folder,
        signal: new AbortController().signal,
        ...more,
        env: { HOME: folder, ...env, ...more.env },
      });
      return { code, out: out.join('\n'), err: err.join('\n'), json: () => JSON.parse(out.join('\n')) };
    },
    write(name, text) {
      writeFileSync(join(folder, name), text);
      return name;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

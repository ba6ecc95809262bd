import { parseArgs } from 'node:util';

export type BenchOptions = {
  readonly bench: 'copy' | 'stream';
  /** Measurements per mode; the median counts. */
  readonly runs: number;
  readonly copyRows: number;
  readonly changes: number;
  /** `copy`: values full of backslashes, quotes and newlines. */
  readonly dirty: boolean;
  /** `stream`: all updates go to this few keys. */
  readonly hot: boolean;
  readonly oneTransaction: boolean;
  readonly modes: readonly ('mirror' | 'changelog')[];
  /** Writes CPU profiles of the worker into this folder. */
  readonly profileDir: string | undefined;
};

export const USAGE = `npm run bench -- copy   [--runs N] [--rows N] [--dirty] [--mode mirror|changelog]
npm run bench -- stream [--runs N] [--rows N] [--changes N] [--hot | --one-transaction] [--mode mirror|changelog]`;

/** Reads the command line; null when it makes no sense. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '5' },
      rows: { type: 'string', default: '2000000' },
      changes: { type: 'string' },
      dirty: { type: 'boolean', default: false },
      hot: { type: 'boolean', default: false },
      'one-transaction': { type: 'boolean', default: false },
      mode: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const bench = positionals[0];
  if (bench !== 'copy' && bench !== 'stream') return null;
  const { mode } = values;
  if (mode !== undefined && mode !== 'mirror' && mode !== 'changelog') return null;
  const all = bench === 'copy' ? (['mirror'] as const) : (['changelog', 'mirror'] as const);
  return {
    bench,
    runs: Number(values.runs),
    copyRows: Number(values.rows),
    changes: Number(values.changes ?? (values['one-transaction'] ? 3_000_000 : 1_000_000)),
    dirty: values.dirty,
    hot: values.hot,
    oneTransaction: values['one-transaction'],
    modes: mode === undefined ? all : [mode],
    profileDir: values.profile,
  };
}

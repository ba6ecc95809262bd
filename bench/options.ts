import { parseArgs } from 'node:util';

export type BenchOptions = {
  readonly bench: 'copy' | 'stream' | 'api';
  /** Measurements per mode; the median counts. */
  readonly runs: number;
  readonly copyRows: number;
  readonly changes: number;
  /** `copy`: values full of backslashes, quotes and newlines. */
  readonly dirty: boolean;
  /** `stream`: all updates go to this few keys. */
  readonly hot: boolean;
  readonly oneTransaction: boolean;
  /** `stream`: the pipeline runs while changes are made; what counts is how long it takes from the last commit on. */
  readonly live: boolean;
  /** `stream`: room for transactions in progress in MiB, if not the default. */
  readonly inProgressMib: number | null;
  readonly modes: readonly ('mirror' | 'changelog')[];
  /** `api`: how long, how many clients, and how many pipelines of which so many run. */
  readonly load: {
    readonly seconds: number;
    readonly clients: number;
    readonly pipelines: number;
    readonly running: number;
  };
  /** Writes CPU profiles of the worker into this folder. */
  readonly profileDir: string | undefined;
};

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
      live: { type: 'boolean', default: false },
      'in-progress': { type: 'string' },
      mode: { type: 'string' },
      profile: { type: 'string' },
      seconds: { type: 'string', default: '300' },
      clients: { type: 'string', default: '50' },
      pipelines: { type: 'string', default: '200' },
      running: { type: 'string', default: '20' },
    },
  });
  const bench = positionals[0];
  if (bench !== 'copy' && bench !== 'stream' && bench !== 'api') return null;
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
    live: values.live,
    inProgressMib: values['in-progress'] === undefined ? null : Number(values['in-progress']),
    modes: mode === undefined ? all : [mode],
    load: {
      seconds: Number(values.seconds),
      clients: Number(values.clients),
      pipelines: Number(values.pipelines),
      running: Number(values.running),
    },
    profileDir: values.profile,
  };
}

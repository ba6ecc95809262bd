import { parseArgs } from 'node:util';

export type SoakOptions = {
  readonly minutes: number;
  /** Repeats the order and the moments of changes and faults. */
  readonly seed: number;
  /** Figures, plot and verdict go here. */
  readonly outDir: string;
  /** Names of the changes and faults to draw from. */
  readonly only: RegExp;
  /** Seconds between two of them, on average. */
  readonly every: number;
};

/** Reads the command line; null when it makes no sense. */
export function readOptions(args: readonly string[], nowMs: number): SoakOptions | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '30' },
        seed: { type: 'string', default: String(nowMs % 1_000_000) },
        only: { type: 'string', default: '' },
        every: { type: 'string', default: '7.5' },
        out: { type: 'string', default: 'test-results/soak' },
      },
    });
    const [minutes = 0, seed = 0, every = 0] = [values.minutes, values.seed, values.every].map(Number);
    const isSound = minutes > 0 && every > 0 && Number.isInteger(seed);
    return isSound ? { minutes, seed, every, only: new RegExp(values.only), outDir: values.out } : null;
  } catch {
    return null; // An option that does not exist.
  }
}

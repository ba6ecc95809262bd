import { parseArgs } from 'node:util';

export type SoakOptions = {
  readonly minutes: number;
  /** Repeats the order and the moments of changes and faults. */
  readonly seed: number;
  /** Figures, plot and verdict go here. */
  readonly outDir: string;
};

export const USAGE = 'npm run soak -- [--minutes N] [--seed S] [--out FOLDER]';

/** Reads the command line; null when it makes no sense. */
export function readOptions(args: readonly string[], nowMs: number): SoakOptions | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '30' },
        seed: { type: 'string', default: String(nowMs % 1_000_000) },
        out: { type: 'string', default: 'test-results/soak' },
      },
    });
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    return minutes > 0 && Number.isInteger(seed) ? { minutes, seed, outDir: values.out } : null;
  } catch {
    return null; // An option that does not exist.
  }
}

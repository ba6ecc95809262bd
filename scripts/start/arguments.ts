import { parseArgs } from 'node:util';
import { USAGES } from '@/scripts/command-lines.mjs';
import { AppError } from '@/server/errors/app-error.ts';

export type Arguments = {
  /** Show the demo: a shop database with a steady workload, and a pipeline that follows it. */
  readonly demo: boolean;
  /** Copy, stream for `seconds`, compare every table, end. */
  readonly once: boolean;
  /** Exactly this port, or the start fails; undefined: the usual one or the next free one. */
  readonly port: number | undefined;
  /** Demo transactions per second. */
  readonly rate: number;
  /** How long the workload runs with `--once`. */
  readonly seconds: number;
  /** A shell command to run with `--once`, after an equal comparison and before the end. */
  readonly thenCommand: string | undefined;
};

/** Reads the command line; throws INVALID_INPUT that names what is wrong. */
export function parseArguments(args: readonly string[]): Arguments {
  const values = parse(args);
  if (values.then !== undefined && !values.once) throw invalid('--then goes with --once only');
  if (values['no-demo'] && values.once) throw invalid('--once compares the demo: it does not go with --no-demo');
  return {
    demo: !values['no-demo'],
    once: values.once ?? false,
    port: values.port === undefined ? undefined : number('--port', values.port, 65_535),
    rate: number('--rate', values.rate ?? '20', 100_000),
    seconds: number('--seconds', values.seconds ?? '20', 86_400),
    thenCommand: values.then,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'no-demo': { type: 'boolean' },
        once: { type: 'boolean' },
        port: { type: 'string' },
        rate: { type: 'string' },
        seconds: { type: 'string' },
        // biome-ignore lint/suspicious/noThenProperty: an option's name, never awaited.
        then: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function number(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) throw invalid(`${name} wants a number from 1 to ${max}`);
  return value;
}

const invalid = (message: string) => new AppError('INVALID_INPUT', `${message}\n\n${USAGES.start}`);

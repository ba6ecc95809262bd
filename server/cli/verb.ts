import type { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { type Context, contextOf } from './context.ts';

type Verb<Options> = {
  /** Name and arguments: `get <source>`. */
  readonly usage: string;
  /** An imperative sentence without a full stop. */
  readonly summary: string;
  /** Lines that one can type. */
  readonly examples?: readonly string[];
  /** Adds options. */
  readonly options?: (command: Command) => Command;
  run(context: Context, args: readonly string[], options: Options): Promise<void>;
};

/** Adds a command. Its arguments arrive as they were typed, missing ones as empty texts. */
export function verb<Options extends object = object>(
  parent: Command,
  io: CliIo,
  { usage, summary, examples = [], options, run }: Verb<Options>,
): void {
  const command = parent.command(usage).summary(summary).description(`${summary}.`);
  options?.(command);
  if (examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ philotes ${line}`).join('\n')}`);
  }
  command.action(async () => run(contextOf(io, command), command.args, command.opts<Options>()));
}

/** Collects an option that may be given several times. */
export const several = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

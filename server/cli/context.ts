import type { Command } from 'commander';
import type { Philotes } from '@/packages/client/client.ts';
import type { CliIo } from './cli-io.ts';
import { CliError } from './exit-codes.ts';
import type { Format } from './output/print.ts';
import { connect } from './session/connect.ts';

/** Options that every command takes. */
type Globals = { readonly url?: string; readonly output: Format; readonly yes?: boolean };

/** What a command works with. */
export type Context = {
  readonly io: CliIo;
  readonly format: Format;
  /** Where `--url` says; undefined: where the environment or `login` says. */
  readonly url: string | undefined;
  /** Signed in on first use. */
  readonly philotes: Philotes;
  /** Asks before something that cannot be undone; throws NOT_CONFIRMED unless a person or --yes agrees. */
  confirm(what: string): Promise<void>;
  /** Tells a person what happened; data goes to standard output instead. */
  done(what: string): void;
};

export function contextOf(io: CliIo, command: Command): Context {
  const { url, output, yes } = command.optsWithGlobals<Globals>();
  let philotes: Philotes | undefined;
  return {
    io,
    format: output,
    url,
    get philotes() {
      philotes ??= connect(io, { url });
      return philotes;
    },
    async confirm(what) {
      if (yes) return;
      const answer = io.ask ? await io.ask(`${what} Go on? [y/N] `) : '';
      if (/^y(es)?$/i.test(answer.trim())) return;
      throw new CliError(
        'NOT_CONFIRMED',
        `${what} It was not confirmed, and nothing was done.`,
        io.ask ? undefined : 'There is no terminal to ask on: say --yes.',
      );
    },
    done: (what) => (output === 'table' ? io.out(what) : io.err(what)),
  };
}

import type { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { CliError } from './exit-codes.ts';
import { keysRotate } from './keys-rotate.ts';
import { timeText } from './output/figures.ts';
import { printOne } from './output/print.ts';
import { ownerReset } from './owner-reset.ts';
import { verb } from './verb.ts';

/** Commands that work on the host of an installation only, with its configuration and without signing in. */
export function addHostCommands(program: Command, io: CliIo): void {
  const owner = program.command('owner').summary('Recovery on the host').description('Recovery on the host.');
  verb<{ email?: string }>(owner, io, {
    usage: 'reset',
    summary: 'Let an owner in again: a link to choose a new password; runs on the host only',
    examples: ['owner reset', 'owner reset --email owner@example.com'],
    options: (command) =>
      command.option('--email <address>', 'which member; default: the oldest owner with a password'),
    async run(context, _, { email }) {
      await context.confirm('This ends the sessions of that owner and makes their password void.');
      const reset = await ownerReset(io.env, email);
      if (context.format !== 'table') return printOne(io, context.format, reset);
      io.err(
        `${reset.created ? 'Made' : 'Reset'} the owner ${reset.email}. The link works once, until ${timeText(reset.expiresAt)}:`,
      );
      io.out(reset.link);
    },
  });
  const keys = program.command('keys').summary('Encryption keys, on the host').description('Encryption keys.');
  verb(keys, io, {
    usage: 'rotate',
    summary: 'Seal all stored secrets with the present encryption key; runs on the host only',
    examples: ['keys rotate  # with PHILOTES_ENCRYPTION_KEY and PHILOTES_PREVIOUS_ENCRYPTION_KEY set'],
    async run(context) {
      const { sealedAnew, current, unreadable } = await keysRotate(io.env);
      if (context.format === 'table') io.out(`Sealed ${sealedAnew} anew; ${current} had the present key already`);
      else printOne(io, context.format, { sealedAnew, current, unreadable });
      if (unreadable.length === 0) return;
      throw new CliError(
        'FINDINGS',
        `${unreadable.length} open with neither key:\n${unreadable.map((place) => `  - ${place}`).join('\n')}`,
        'Set PHILOTES_PREVIOUS_ENCRYPTION_KEY to the key they were sealed with and repeat, or enter them again.',
      );
    },
  });
}

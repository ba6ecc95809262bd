import type { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { completionScript } from './completion.ts';
import { checkInstallation } from './doctor/check-installation.ts';
import { showFindings } from './doctor/show-findings.ts';
import { CliError } from './exit-codes.ts';
import { printOne } from './output/print.ts';
import { findId } from './resources/find-id.ts';
import { type LoginOptions, login, logout } from './session/login.ts';
import { showStatus } from './status.ts';
import { verb } from './verb.ts';

/** Commands about no single noun. */
export function addGeneralCommands(program: Command, io: CliIo): void {
  verb<LoginOptions>(program, io, {
    usage: 'login',
    summary: 'Sign in with an API key, or with e-mail and password',
    examples: [
      'login --url https://philotes.example.com',
      'login --email owner@example.com',
      'login --key-stdin < key.txt',
    ],
    options: (command) =>
      command
        .option('--email <address>', 'sign in with a password instead of a key')
        .option('--key-stdin', 'read the API key from standard input'),
    async run({ url, done }, _, { email, keyStdin }) {
      done(
        await login(io, { ...(url ? { url } : {}), ...(email ? { email } : {}), ...(keyStdin ? { keyStdin } : {}) }),
      );
    },
  });
  verb(program, io, {
    usage: 'logout',
    summary: 'Sign out and forget',
    run: async ({ done }) => done(await logout(io)),
  });
  verb(program, io, {
    usage: 'whoami',
    summary: 'Show who is signed in, and what they may do',
    async run({ philotes, format }) {
      const { data } = await philotes.GET('/me');
      if (!data) return;
      const { memberId, ...rest } = data;
      printOne(io, format, { ...rest, memberId });
    },
  });
  verb<{ watch?: boolean; interval: string }>(program, io, {
    usage: 'status [pipeline]',
    summary: 'Show how pipelines are doing',
    examples: ['status', 'status shop --watch'],
    options: (command) =>
      command.option('-w, --watch', 'again and again').option('--interval <seconds>', 'how often', '2'),
    async run(context, [pipeline = ''], { watch = false, interval }) {
      const intervalS = Number(interval);
      if (!(intervalS >= 0.5)) throw new CliError('USAGE', '--interval: at least 0.5 seconds');
      await showStatus(context, { pipeline, watch, intervalS });
    },
  });
  verb<{ source?: string }>(program, io, {
    usage: 'doctor',
    summary: 'Check this host, or a source',
    examples: ['doctor', 'doctor --source shop'],
    options: (command) =>
      command.option('--source <source>', 'check a source of the installation instead of this host'),
    async run(context, _, { source }) {
      if (source === undefined) return showFindings(context, await checkInstallation(io.env));
      const id = await findId(context.philotes, 'source', source);
      const { data } = await context.philotes.POST('/sources/{id}/preflight', { params: { path: { id } }, body: {} });
      showFindings(context, data?.items ?? []);
    },
  });
  verb(program, io, {
    usage: 'completion <shell>',
    summary: 'Print a completion script for bash, zsh or fish',
    examples: [
      'completion bash > /etc/bash_completion.d/philotes',
      'completion fish > ~/.config/fish/completions/philotes.fish',
    ],
    run: async (_, [shell = '']) => io.out(completionScript(program, shell)),
  });
}

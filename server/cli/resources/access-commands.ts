import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ApiKey, AuditEntry, Member } from '@/packages/client/client.ts';
import { isRole, isScope, ROLES, type Role, SCOPES } from '@/server/auth/scopes.ts';
import { nearest } from '@/server/config/nearest.ts';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { timeText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { several, verb } from '../verb.ts';
import { collect } from './collect.ts';
import { findId, findMember } from './find-id.ts';
import { numberFrom } from './read-secret.ts';

const KEY_COLUMNS: readonly Column<ApiKey>[] = [
  ['NAME', ({ name }) => name],
  ['STATE', ({ state }) => state],
  ['OWNER', ({ owner }) => owner.email],
  ['SCOPES', ({ scopes }) => scopes.join(', ')],
  ['USED', ({ lastUsedAt }) => timeText(lastUsedAt)],
  ['ENDS', ({ expiresAt }) => timeText(expiresAt)],
  ['ID', ({ id }) => id],
];
const MEMBER_COLUMNS: readonly Column<Member>[] = [
  ['E-MAIL', ({ email }) => email],
  ['ROLE', ({ role }) => role],
  ['STATUS', ({ status }) => status],
  ['LAST SIGN-IN', ({ lastSignInAt }) => timeText(lastSignInAt)],
  ['ID', ({ id }) => id],
];
const AUDIT_COLUMNS: readonly Column<AuditEntry>[] = [
  ['AT', ({ at }) => timeText(at)],
  ['WHO', ({ actorName, actor }) => actorName ?? actor],
  ['WHAT', ({ action, refused }) => (refused ? `${action} (refused)` : action)],
  ['ON', ({ subject }) => subject],
  ['FROM', ({ address }) => address],
];

type AuditOptions = {
  readonly limit: string;
  readonly action?: string;
  readonly actor?: string;
  readonly subject?: string;
  readonly refused?: boolean;
};

/** `philotes api-key ...`, `member ...`, `audit ...` */
export function addAccessCommands(program: Command, io: CliIo): void {
  addKeyCommands(
    program.command('api-key').summary('Credentials of scripts').description('Credentials of scripts.'),
    io,
  );
  addMemberCommands(
    program.command('member').summary('People and their roles').description('People and their roles.'),
    io,
  );
  const audit = program.command('audit').summary('Who did what').description('Who did what, and what was refused.');
  verb<AuditOptions>(audit, io, {
    usage: 'list',
    summary: 'List what was done, the newest first',
    examples: ['audit list --action pipeline.delete', 'audit list --refused -o json'],
    options: (command) =>
      command
        .option('--limit <n>', 'how many at most', '50')
        .option('--action <action>', 'like pipeline.start')
        .option('--actor <actor>', 'like member:<id> or key:<id>')
        .option('--subject <id>', 'what it was done to')
        .option('--refused', 'only what was refused'),
    async run({ philotes, format }, _, { limit, ...query }) {
      const rows = await collect(philotes.all('/audit', { query }), numberFrom('--limit', limit));
      printList(io, format, { rows, columns: AUDIT_COLUMNS, none: 'nothing' });
    },
  });
  verb<{ format: 'csv' | 'parquet'; file: string; from?: string; to?: string }>(audit, io, {
    usage: 'download',
    summary: 'Write the audit log to a file',
    examples: ['audit download --file audit.csv --from 2026-01-01T00:00:00Z'],
    options: (command) =>
      command
        .requiredOption('--file <file>', 'where to')
        .addOption(new Option('--format <format>', 'what kind of file').choices(['csv', 'parquet']).default('csv'))
        .option('--from <time>', 'from then on, like 2026-01-01T00:00:00Z')
        .option('--to <time>', 'until then'),
    async run({ philotes, done }, _, { file, ...query }) {
      const { data } = await philotes.GET('/audit/download', { params: { query }, parseAs: 'stream' });
      if (data) await writeFile(resolve(io.cwd, file), data);
      done(`Wrote ${file}`);
    },
  });
  verb(audit, io, {
    usage: 'verify',
    summary: 'Check that no entry was changed or removed',
    async run({ philotes, format, done }) {
      const { data } = await philotes.POST('/audit/verify', { body: {} });
      if (!data) return;
      if (format !== 'table') printOne(io, format, data);
      else if (data.ok) done(`${data.entries} entries are as they were written`);
      if (!data.ok)
        throw new CliError('FINDINGS', `the audit log was altered at entry ${data.broken?.id}: ${data.broken?.reason}`);
    },
  });
}

function addKeyCommands(key: Command, io: CliIo): void {
  verb(key, io, {
    usage: 'list',
    summary: 'List API keys',
    async run({ philotes, format }) {
      const rows = await collect(philotes.all('/api-keys', { query: { sort: 'name' } }));
      printList(io, format, { rows, columns: KEY_COLUMNS, none: 'no API keys' });
    },
  });
  verb<{ scope: readonly string[]; expiresInDays?: string }>(key, io, {
    usage: 'create <name>',
    summary: 'Create an API key; it is shown once',
    examples: ['api-key create ci --scope pipeline:read --scope pipeline:operate --expires-in-days 90'],
    options: (command) =>
      command
        .requiredOption('--scope <scope>', 'a right; several times', several)
        .option('--expires-in-days <n>', 'when it ends by itself'),
    async run({ philotes, format }, [name = ''], { scope, expiresInDays }) {
      const days = numberFrom('--expires-in-days', expiresInDays);
      const expiresAt = days === undefined ? {} : { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() };
      const { data } = await philotes.POST('/api-keys', { body: { name, scopes: scope.map(scopeOf), ...expiresAt } });
      if (!data) return;
      // The token alone on standard output, so that it can be piped to where it is kept.
      if (format !== 'table') printOne(io, format, data);
      else {
        io.err(`Created API key ${name} (${data.id}). It is shown here and never again:`);
        io.out(data.token);
      }
    },
  });
  verb(key, io, {
    usage: 'revoke <api-key>',
    summary: 'Revoke an API key for good',
    async run({ philotes, confirm, done }, [name = '']) {
      const id = await findId(philotes, 'API key', name);
      await confirm(`This revokes ${name}; whatever uses it stops working at once.`);
      await philotes.DELETE('/api-keys/{id}', { params: { path: { id } } });
      done(`Revoked ${name}`);
    },
  });
}

function addMemberCommands(member: Command, io: CliIo): void {
  verb(member, io, {
    usage: 'list',
    summary: 'List members',
    async run({ philotes, format }) {
      const rows = await collect(philotes.all('/members', { query: { sort: 'email' } }));
      printList(io, format, { rows, columns: MEMBER_COLUMNS, none: 'no members' });
    },
  });
  verb<{ role: string }>(member, io, {
    usage: 'invite <e-mail>',
    summary: 'Invite a person; the link works once',
    options: (command) => command.requiredOption('--role <role>', ROLES.join(', ')),
    async run({ philotes, format }, [email = ''], { role }) {
      const { data } = await philotes.POST('/members', { body: { email, role: roleOf(role) } });
      if (!data) return;
      if (format !== 'table') printOne(io, format, data);
      else {
        io.err(`Invited ${email} as ${role}. The link works once, until ${timeText(data.expiresAt)}:`);
        io.out(data.link);
      }
    },
  });
  verb<{ role?: string; disable?: boolean; enable?: boolean }>(member, io, {
    usage: 'update <member>',
    summary: 'Change the role of a member, or let them in no more',
    options: (command) =>
      command
        .option('--role <role>', ROLES.join(', '))
        .option('--disable', 'end their sessions and keys')
        .option('--enable', 'let them in again'),
    async run({ philotes, done }, [name = ''], { role, disable, enable }) {
      if (disable && enable) throw new CliError('USAGE', '--disable and --enable exclude each other');
      const body = {
        ...(role === undefined ? {} : { role: roleOf(role) }),
        ...(disable || enable ? { disabled: disable === true } : {}),
      };
      if (Object.keys(body).length === 0) throw new CliError('USAGE', 'nothing to change was given');
      await philotes.PATCH('/members/{id}', { params: { path: { id: await findMember(philotes, name) } }, body });
      done(`Changed ${name}`);
    },
  });
  verb(member, io, {
    usage: 'remove <member>',
    summary: 'Remove a member with their sessions and keys',
    async run({ philotes, confirm, done }, [name = '']) {
      const id = await findMember(philotes, name);
      await confirm(`This removes ${name} with their sessions and API keys.`);
      await philotes.DELETE('/members/{id}', { params: { path: { id } } });
      done(`Removed ${name}`);
    },
  });
}

function roleOf(text: string): Role {
  if (isRole(text)) return text;
  throw new CliError('USAGE', `--role: there is no role "${text}"`, `There are ${ROLES.join(', ')}.`);
}

function scopeOf(text: string) {
  if (isScope(text) && text !== 'profile:manage') return text;
  const near = nearest(text, SCOPES);
  throw new CliError(
    'USAGE',
    `--scope: there is no right "${text}"`,
    near ? `Did you mean ${near}?` : `There are ${SCOPES.join(', ')}.`,
  );
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Source, SourceTable } from '@/packages/client/client.ts';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { ON_TRIAL } from '../on-trial.ts';
import { bytesText, countText, timeText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { verb } from '../verb.ts';
import { awaitTest } from './await-test.ts';
import { checkText } from './check-text.ts';
import { collect } from './collect.ts';
import { findId } from './find-id.ts';
import { numberFrom, secretFrom } from './read-secret.ts';

const COLUMNS: readonly Column<Source>[] = [
  ['NAME', ({ name }) => name],
  ['ADDRESS', ({ host, port, database }) => `${host}:${port}/${database}`],
  ['USER', ({ username }) => username],
  ['TLS', ({ tlsMode }) => tlsMode],
  ['CHECKED', ({ lastCheck }) => checkText(lastCheck)],
  ['CHANGED', ({ updatedAt }) => timeText(updatedAt)],
  ['ID', ({ id }) => id],
];

const TABLE_COLUMNS: readonly Column<SourceTable>[] = [
  ['TABLE', ({ schema, table }) => `${schema}.${table}`],
  ['ROWS', ({ rowEstimate }) => countText(rowEstimate)],
  ['SIZE', ({ bytes }) => bytesText(bytes)],
  ['KEY', ({ key }) => key.join(', ')],
  ['MODES', ({ canReplicate, canMirror }) => (canReplicate ? (canMirror ? 'mirror, changelog' : 'changelog') : 'none')],
  ['REASON', ({ reason }) => reason],
];

type Options = {
  readonly name?: string;
  readonly host?: string;
  readonly port?: string;
  readonly database?: string;
  readonly username?: string;
  readonly passwordEnv?: string;
  readonly tlsMode?: 'disable' | 'require' | 'verify-full';
  readonly tlsCa?: string;
};
const fieldOptions = (command: Command): Command =>
  command
    .option('--host <host>', 'host name or address')
    .option('--port <port>', 'port (default 5432)')
    .option('--database <name>', 'database')
    .option('--username <name>', 'role to connect as')
    .option('--password-env <variable>', 'environment variable that holds the password')
    .option('--tls-mode <mode>', 'disable, require or verify-full (default)')
    .option('--tls-ca <file>', 'PEM certificates to trust instead of the system’s');

const fieldsOf = (io: CliIo, options: Options) => {
  const port = numberFrom('--port', options.port);
  const password = secretFrom(io, '--password-env', options.passwordEnv);
  const { host, database, username, tlsMode } = options;
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tlsMode === undefined ? {} : { tlsMode }),
    ...(options.tlsCa === undefined ? {} : { tlsCa: readFileSync(resolve(io.cwd, options.tlsCa), 'utf8') }),
  };
};

/** `philotes source ...` */
export function addSourceCommands(program: Command, io: CliIo): void {
  const source = program
    .command('source')
    .summary('Databases to read from')
    .description('PostgreSQL databases to read from.');
  const pathOf = async ({ philotes }: Context, name: string) => ({
    path: { id: await findId(philotes, 'source', name) },
  });

  verb<{ search?: string }>(source, io, {
    usage: 'list',
    summary: 'List sources',
    options: (command) => command.option('--search <text>', 'part of the name'),
    async run({ philotes, format }, _, { search }) {
      const rows = await collect(philotes.all('/sources', { query: { sort: 'name', ...(search ? { search } : {}) } }));
      printList(io, format, { rows, columns: COLUMNS, none: 'no sources' });
    },
  });
  verb(source, io, {
    usage: 'get <source>',
    summary: 'Show a source by name or id',
    async run(context, [name = '']) {
      const { data } = await context.philotes.GET('/sources/{id}', { params: await pathOf(context, name) });
      if (data) printOne(io, context.format, data);
    },
  });
  verb<Options>(source, io, {
    usage: 'create <name>',
    summary: 'Create a source',
    examples: [
      'source create shop --host db.example.com --database shop --username philotes --password-env SHOP_PASSWORD',
    ],
    options: fieldOptions,
    async run({ philotes, format, done }, [name = ''], options) {
      const { host, database, username, password, ...more } = fieldsOf(io, options);
      if (host === undefined || database === undefined || username === undefined || password === undefined) {
        throw new CliError('USAGE', 'a source needs --host, --database, --username and --password-env');
      }
      const { data } = await philotes.POST('/sources', { body: { name, host, database, username, password, ...more } });
      if (format !== 'table' && data) printOne(io, format, data);
      else done(`Created source ${name} (${data?.id})`);
    },
  });
  verb<Options>(source, io, {
    usage: 'update <source>',
    summary: 'Change a source; what is left out stays',
    examples: ['source update shop --password-env SHOP_PASSWORD'],
    options: (command) => fieldOptions(command.option('--name <name>', 'new name')),
    async run(context, [name = ''], options) {
      const fields = { ...fieldsOf(io, options), ...(options.name === undefined ? {} : { name: options.name }) };
      if (Object.keys(fields).length === 0) throw new CliError('USAGE', 'nothing to change was given');
      await context.philotes.PATCH('/sources/{id}', { params: await pathOf(context, name), body: fields });
      context.done(`Changed source ${name}`);
    },
  });
  verb(source, io, {
    usage: 'delete <source>',
    summary: 'Delete a source that no pipeline reads',
    async run(context, [name = '']) {
      const params = await pathOf(context, name);
      await context.philotes.DELETE('/sources/{id}', { params, headers: ON_TRIAL });
      await context.confirm(`This deletes the source ${name} with its stored password.`);
      await context.philotes.DELETE('/sources/{id}', { params });
      context.done(`Deleted source ${name}`);
    },
  });
  verb(source, io, {
    usage: 'test <source>',
    summary: 'Connect to a source from a worker, and say what is missing for replication',
    async run(context, [name = '']) {
      const { philotes } = context;
      const { data } = await philotes.POST('/source-tests', {
        body: { sourceId: await findId(philotes, 'source', name) },
      });
      const look = async (testId: string) =>
        (await philotes.GET('/source-tests/{testId}', { params: { path: { testId } } })).data;
      if (data) await awaitTest(context, data, look);
    },
  });
  verb(source, io, {
    usage: 'tables <source>',
    summary: 'Look at the tables of a source',
    async run(context, [name = '']) {
      const { data } = await context.philotes.GET('/sources/{id}/tables', { params: await pathOf(context, name) });
      printList(io, context.format, { rows: data?.items ?? [], columns: TABLE_COLUMNS, none: 'no tables' });
    },
  });
}

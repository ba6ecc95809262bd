import type { Command } from 'commander';
import type { Destination } from '@/packages/client/client.ts';
import type { CliIo } from '../cli-io.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { ON_TRIAL } from '../on-trial.ts';
import { timeText } from '../output/figures.ts';
import { printList, printOne } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { verb } from '../verb.ts';
import { awaitTest } from './await-test.ts';
import { checkText } from './check-text.ts';
import { collect } from './collect.ts';
import { findId } from './find-id.ts';
import { secretFrom } from './read-secret.ts';

const COLUMNS: readonly Column<Destination>[] = [
  ['NAME', ({ name }) => name],
  ['CATALOG', ({ catalogKind, catalogUri }) => catalogUri ?? catalogKind],
  ['WAREHOUSE', ({ warehouse }) => warehouse],
  ['STORAGE', ({ storageRoot }) => storageRoot],
  ['CHECKED', ({ lastCheck }) => checkText(lastCheck)],
  ['CHANGED', ({ updatedAt }) => timeText(updatedAt)],
  ['ID', ({ id }) => id],
];

type Options = {
  readonly name?: string;
  readonly catalogUri?: string;
  readonly warehouse?: string;
  readonly tokenEnv?: string;
  readonly clientId?: string;
  readonly clientSecretEnv?: string;
  readonly scope?: string;
  readonly tokenUri?: string;
  readonly storage?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly pathStyle?: boolean;
  readonly accessKeyId?: string;
  readonly secretAccessKeyEnv?: string;
};
const fieldOptions = (command: Command): Command =>
  command
    .option('--catalog-uri <uri>', 'Iceberg REST catalog (default: the embedded one)')
    .option('--token-env <variable>', 'variable that holds the catalog’s bearer token')
    .option('--client-id <id>', 'OAuth2 client of the catalog')
    .option('--client-secret-env <variable>', 'variable that holds that client’s secret')
    .option('--scope <scope>', 'OAuth2 scope')
    .option('--token-uri <uri>', 'OAuth2 token endpoint')
    .option('--region <region>', 'S3 region')
    .option('--endpoint <uri>', 'S3 endpoint, when it is not the one of AWS')
    .option('--path-style', 'bucket in the path, as MinIO wants it')
    .option('--access-key-id <id>', 'S3 access key')
    .option('--secret-access-key-env <variable>', 'variable that holds its secret');

const authOf = (io: CliIo, { tokenEnv, clientId, clientSecretEnv, scope, tokenUri }: Options) => {
  const token = secretFrom(io, '--token-env', tokenEnv);
  if (token !== undefined) return { kind: 'bearer' as const, token };
  const clientSecret = secretFrom(io, '--client-secret-env', clientSecretEnv);
  if (clientId === undefined && clientSecret === undefined) return undefined;
  if (clientId === undefined || clientSecret === undefined) {
    throw new CliError('USAGE', '--client-id and --client-secret-env go together');
  }
  return {
    kind: 'oauth2' as const,
    clientId,
    clientSecret,
    ...(scope === undefined ? {} : { scope }),
    ...(tokenUri === undefined ? {} : { tokenUri }),
  };
};

const credentialsOf = (io: CliIo, { accessKeyId, secretAccessKeyEnv }: Options) => {
  const secretAccessKey = secretFrom(io, '--secret-access-key-env', secretAccessKeyEnv);
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new CliError('USAGE', '--access-key-id and --secret-access-key-env go together');
  }
  return { accessKeyId, secretAccessKey };
};

const placeOf = (io: CliIo, options: Options) => {
  const { region, endpoint, pathStyle } = options;
  const credentials = credentialsOf(io, options);
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...(credentials === undefined ? {} : { credentials }),
  };
};

function catalogOf(io: CliIo, options: Options) {
  const { catalogUri: uri, warehouse } = options;
  if (uri === undefined) return { kind: 'embedded' as const };
  if (warehouse === undefined) throw new CliError('USAGE', '--catalog-uri needs --warehouse');
  return { kind: 'rest' as const, uri, warehouse, auth: authOf(io, options) ?? { kind: 'none' as const } };
}

function storageOf(io: CliIo, options: Options) {
  const { storage: root } = options;
  if (root === undefined) return { kind: 'file' as const };
  if (root.startsWith('file:')) return { kind: 'file' as const, root };
  return { kind: 's3' as const, root, ...placeOf(io, options) };
}

/** `philotes destination ...` */
export function addDestinationCommands(program: Command, io: CliIo): void {
  const destination = program
    .command('destination')
    .summary('Warehouses with their catalogs')
    .description('Warehouses, and the catalogs that know their tables.');
  const pathOf = async ({ philotes }: Context, name: string) => ({
    path: { id: await findId(philotes, 'destination', name) },
  });

  verb(destination, io, {
    usage: 'list',
    summary: 'List destinations',
    async run({ philotes, format }) {
      const rows = await collect(philotes.all('/destinations', { query: { sort: 'name' } }));
      printList(io, format, { rows, columns: COLUMNS, none: 'no destinations' });
    },
  });
  verb(destination, io, {
    usage: 'get <destination>',
    summary: 'Show a destination by name or id',
    async run(context, [name = '']) {
      const { data } = await context.philotes.GET('/destinations/{id}', { params: await pathOf(context, name) });
      if (data) printOne(io, context.format, data);
    },
  });
  verb<Options>(destination, io, {
    usage: 'create <name>',
    summary: 'Create a destination',
    examples: [
      'destination create local',
      'destination create lake --storage s3://lake/prod --endpoint http://minio:9000 --path-style --access-key-id lake --secret-access-key-env LAKE_SECRET',
    ],
    options: (command) =>
      fieldOptions(
        command
          .option('--warehouse <name>', 'warehouse of the REST catalog')
          .option('--storage <root>', 's3://bucket/prefix or file:///folder (default: the local warehouse)'),
      ),
    async run({ philotes, format, done }, [name = ''], options) {
      const body = { name, catalog: catalogOf(io, options), storage: storageOf(io, options) };
      const { data } = await philotes.POST('/destinations', { body });
      if (format !== 'table' && data) printOne(io, format, data);
      else done(`Created destination ${name} (${data?.id})`);
    },
  });
  verb<Options>(destination, io, {
    usage: 'update <destination>',
    summary: 'Change a destination; what is left out stays',
    options: (command) => fieldOptions(command.option('--name <name>', 'new name')),
    async run(context, [name = ''], options) {
      const auth = authOf(io, options);
      const catalog = {
        ...(options.catalogUri === undefined ? {} : { uri: options.catalogUri }),
        ...(auth === undefined ? {} : { auth }),
      };
      const storage = placeOf(io, options);
      const body = {
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(Object.keys(catalog).length === 0 ? {} : { catalog }),
        ...(Object.keys(storage).length === 0 ? {} : { storage }),
      };
      if (Object.keys(body).length === 0) throw new CliError('USAGE', 'nothing to change was given');
      await context.philotes.PATCH('/destinations/{id}', { params: await pathOf(context, name), body });
      context.done(`Changed destination ${name}`);
    },
  });
  verb(destination, io, {
    usage: 'delete <destination>',
    summary: 'Delete a destination that no pipeline writes to; its files stay',
    async run(context, [name = '']) {
      const params = await pathOf(context, name);
      await context.philotes.DELETE('/destinations/{id}', { params, headers: ON_TRIAL });
      await context.confirm(`This deletes the destination ${name} with its stored secrets.`);
      await context.philotes.DELETE('/destinations/{id}', { params });
      context.done(`Deleted destination ${name}`);
    },
  });
  verb(destination, io, {
    usage: 'test <destination>',
    summary: 'Write, read and delete in a destination from a worker',
    async run(context, [name = '']) {
      const { philotes } = context;
      const destinationId = await findId(philotes, 'destination', name);
      const { data } = await philotes.POST('/destination-tests', { body: { destinationId } });
      const look = async (testId: string) =>
        (await philotes.GET('/destination-tests/{testId}', { params: { path: { testId } } })).data;
      if (data) await awaitTest(context, data, look);
    },
  });
}

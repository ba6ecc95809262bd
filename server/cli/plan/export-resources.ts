import { stringify } from 'yaml';
import type { Destination, Philotes, Source } from '@/packages/client/client.ts';
import { collect } from '../resources/collect.ts';
import type { PresentPipeline } from './plan-pipeline.ts';
import { readPipeline } from './present-pipeline.ts';
import { API_VERSION, type Kind, TABLE_FIELDS } from './resource-schemas.ts';
import { withoutDefaults } from './without-defaults.ts';

/**
 * Everything that is defined, as `apply` reads it; what is as by default only with `full`. Secrets are left to variables that
 * are named after what they belong to.
 */
export async function exportResources(philotes: Philotes, { full }: { full: boolean }): Promise<string> {
  const resource = (kind: Kind, name: string, spec: Record<string, unknown>) => ({
    apiVersion: API_VERSION,
    kind,
    name,
    spec: full ? spec : withoutDefaults(kind, spec),
  });
  const sources = await collect(philotes.all('/sources', { query: { sort: 'name' } }));
  const destinations = await collect(philotes.all('/destinations', { query: { sort: 'name' } }));
  const names = new Map([...sources, ...destinations].map(({ id, name }) => [id, name]));
  const documents = [
    ...sources.map((source) => resource('Source', source.name, sourceSpec(source))),
    ...destinations.map((destination) => resource('Destination', destination.name, destinationSpec(destination))),
  ];
  for await (const { id } of philotes.all('/pipelines', { query: { sort: 'name' } })) {
    const pipeline = await readPipeline(philotes, id);
    if (pipeline) documents.push(resource('Pipeline', pipeline.name, pipelineSpec(pipeline, names)));
  }
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
}

/** `${SOURCE_SHOP_PASSWORD}` */
const variable = (...words: readonly string[]): string =>
  `\${${words
    .join('_')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')}}`;

const sourceSpec = ({ name, host, port, database, username, tlsMode, tlsCa }: Source) => ({
  host,
  port,
  database,
  username,
  password: variable('source', name, 'password'),
  tlsMode,
  ...(tlsCa === null ? {} : { tlsCa }),
});

function destinationSpec(view: Destination): Record<string, unknown> {
  const {
    name,
    catalogUri: uri,
    warehouse,
    storageRoot: root,
    s3Region: region,
    s3Endpoint,
    s3PathStyle: pathStyle,
  } = view;
  const secret = (...words: readonly string[]) => variable('destination', name, ...words);
  const credentials = { accessKeyId: secret('access_key_id'), secretAccessKey: secret('secret_access_key') };
  return {
    catalog:
      view.catalogKind === 'embedded'
        ? { kind: 'embedded' }
        : { kind: 'rest', uri, warehouse, auth: authSpec(view, secret) },
    storage:
      // Where a local warehouse lies is up to the installation.
      view.storageKind === 'file'
        ? { kind: 'file' }
        : {
            kind: 's3',
            root,
            region,
            ...(s3Endpoint ? { endpoint: s3Endpoint } : {}),
            pathStyle,
            ...(view.hasCredentials ? { credentials } : {}),
          },
  };
}

function authSpec(
  { catalogAuth: kind, catalogScope: scope, catalogTokenUri: tokenUri }: Destination,
  secret: (...words: readonly string[]) => string,
): object {
  if (kind === 'bearer') return { kind, token: secret('token') };
  if (kind !== 'oauth2') return { kind };
  return {
    kind,
    clientId: secret('client_id'),
    clientSecret: secret('client_secret'),
    ...(scope === null ? {} : { scope }),
    ...(tokenUri === null ? {} : { tokenUri }),
  };
}

const pipelineSpec = (view: PresentPipeline, names: ReadonlyMap<string, string>): Record<string, unknown> => ({
  source: names.get(view.sourceId),
  destination: names.get(view.destinationId),
  namespace: view.namespace,
  state: view.desiredState,
  settings: view.settings,
  schemaPolicy: view.schemaPolicy,
  tables: view.tables.map((table) => ({
    schema: table.schema,
    table: table.table,
    ...Object.fromEntries(TABLE_FIELDS.map((field) => [field, table[field]])),
  })),
});

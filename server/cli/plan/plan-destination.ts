import type { Destination, Philotes } from '@/packages/client/client.ts';
import { asJson } from './as-json.ts';
import { type Change, differences, type FieldChange } from './change.ts';
import type { DestinationSpec } from './resource-schemas.ts';
import { isSameSecret } from './same-secret.ts';
import { needsVariable, unsetVariable } from './unset-secret.ts';

type Options = { name: string; spec: DestinationSpec; present: Destination | undefined };

export async function planDestination(philotes: Philotes, { name, spec, present }: Options): Promise<Change> {
  if (!present) {
    return {
      kind: 'Destination',
      name,
      action: 'create',
      ...blockedBy(spec, ['catalog', 'storage']),
      fields: differences({}, shownSpec(spec)),
      steps: [
        {
          what: 'create',
          isTriable: true,
          run: (client, { headers }) => client.POST('/destinations', { body: { name, ...asJson(spec) }, headers }),
        },
      ],
    };
  }
  const { id } = present;
  const fixed = differences(shownView(present), fixedFields(spec));
  const catalog = await catalogChanges(philotes, { spec, present });
  const storage = await storageChanges(philotes, { spec, present });
  const fields = [...fixed, ...catalog, ...storage];
  const base = { kind: 'Destination', name, fields } as const;
  if (fields.length === 0) return { ...base, action: 'none', steps: [] };
  const [first] = fixed;
  const parts = [
    ...(catalog.length > 0 ? ['catalog' as const] : []),
    ...(storage.length > 0 ? ['storage' as const] : []),
  ];
  const obstacle = !first
    ? blockedBy(spec, parts)
    : { obstacle: `${first.field} is fixed once a destination exists; make another one` };
  return {
    ...base,
    ...obstacle,
    action: 'update',
    steps: [
      {
        what: 'update',
        isTriable: true,
        run: (client, { headers }) =>
          client.PATCH('/destinations/{id}', {
            params: { path: { id }, header: { 'If-Match': `"${present.version}"` } },
            body: {
              ...(catalog.length > 0 && spec.catalog.kind === 'rest'
                ? { catalog: { uri: spec.catalog.uri, auth: asJson(spec.catalog.auth) } }
                : {}),
              ...(storage.length > 0 && spec.storage.kind === 's3' ? { storage: s3Fields(spec.storage) } : {}),
            },
            headers,
          }),
      },
    ],
  };
}

/** Changes of a catalog or a store go with their secrets: without them they cannot be made. */
function blockedBy({ catalog, storage }: DestinationSpec, parts: readonly ('catalog' | 'storage')[]) {
  const secrets = {
    catalog: catalog.kind === 'rest' ? secretOf(catalog.auth) : {},
    storage: storage.kind === 's3' ? { ...storage.credentials } : {},
  };
  const variable = parts.map((part) => unsetVariable(secrets[part])).find((name) => name !== undefined);
  return variable === undefined ? {} : needsVariable(variable);
}

type S3 = Extract<DestinationSpec['storage'], { kind: 's3' }>;

const s3Fields = ({ region, endpoint, pathStyle, credentials }: S3) => ({
  region,
  endpoint: endpoint ?? null,
  pathStyle,
  ...(credentials ? { credentials } : {}),
});

/** What cannot be changed later. A local warehouse without a root is wherever the installation has it. */
const fixedFields = ({ catalog, storage }: DestinationSpec): Record<string, unknown> => ({
  'catalog.kind': catalog.kind,
  ...(catalog.kind === 'rest' ? { 'catalog.warehouse': catalog.warehouse } : {}),
  'storage.kind': storage.kind,
  ...(storage.root === undefined ? {} : { 'storage.root': withoutSlash(storage.root) }),
});

const shownSpec = (spec: DestinationSpec): Record<string, unknown> => ({
  ...fixedFields(spec),
  ...(spec.catalog.kind === 'rest' ? { 'catalog.uri': spec.catalog.uri, ...shownAuth(spec.catalog.auth) } : {}),
  ...(spec.storage.kind === 's3' ? { 'storage.endpoint': spec.storage.endpoint } : {}),
});

type Auth = Extract<DestinationSpec['catalog'], { kind: 'rest' }>['auth'];

/** What of it is no secret. */
const shownAuth = (auth: Auth): Record<string, unknown> => ({
  'catalog.auth.kind': auth.kind,
  ...(auth.kind === 'oauth2'
    ? { 'catalog.auth.scope': auth.scope ?? null, 'catalog.auth.tokenUri': auth.tokenUri ?? null }
    : {}),
});

const shownView = (view: Destination): Record<string, unknown> => ({
  'catalog.kind': view.catalogKind,
  'catalog.warehouse': view.warehouse,
  'catalog.uri': view.catalogUri,
  'catalog.auth.kind': view.catalogAuth,
  'catalog.auth.scope': view.catalogScope,
  'catalog.auth.tokenUri': view.catalogTokenUri,
  'storage.kind': view.storageKind,
  'storage.root': view.storageRoot,
  'storage.region': view.s3Region,
  'storage.endpoint': view.s3Endpoint,
  'storage.pathStyle': view.s3PathStyle,
});

type Both = { readonly spec: DestinationSpec; readonly present: Destination };

async function catalogChanges(philotes: Philotes, { spec: { catalog }, present }: Both): Promise<FieldChange[]> {
  if (catalog.kind !== 'rest' || present.catalogKind !== 'rest') return [];
  const { kind } = catalog.auth;
  const changed = differences(shownView(present), {
    'catalog.uri': withoutSlash(catalog.uri),
    ...shownAuth(catalog.auth),
  });
  const hasSecret = kind !== 'none' && present.catalogAuth === kind;
  const isSame =
    !hasSecret ||
    (await isSameSecret(philotes, { id: present.id, field: 'destination.catalog', value: secretOf(catalog.auth) }));
  return isSame ? changed : [...changed, { field: 'catalog.auth' }];
}

async function storageChanges(philotes: Philotes, { spec: { storage }, present }: Both): Promise<FieldChange[]> {
  if (storage.kind !== 's3' || present.storageKind !== 's3') return [];
  const changed = differences(shownView(present), {
    'storage.region': storage.region,
    'storage.endpoint': storage.endpoint ?? null,
    'storage.pathStyle': storage.pathStyle,
  });
  const value = storage.credentials;
  const isSame =
    !value || (await isSameSecret(philotes, { id: present.id, field: 'destination.storage', value: { ...value } }));
  return isSame ? changed : [...changed, { field: 'storage.credentials' }];
}

function secretOf(auth: Auth): Record<string, string> {
  if (auth.kind === 'bearer') return { token: auth.token };
  return auth.kind === 'oauth2' ? { clientId: auth.clientId, clientSecret: auth.clientSecret } : {};
}

const withoutSlash = (text: string): string => text.replace(/\/+$/, '');

import type { Destination } from './destination-types.ts';

/** What is typed; which of it counts follows from `kind` and `auth`. */
export type DestinationValues = {
  readonly name: string;
  /** The embedded catalog over this machine's disk or an object store, or a catalog elsewhere. */
  readonly kind: string;
  readonly preset: string;
  readonly uri: string;
  readonly warehouse: string;
  readonly auth: string;
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly tokenUri: string;
  readonly root: string;
  readonly region: string;
  readonly endpoint: string;
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

export const EMPTY_DESTINATION: DestinationValues = {
  name: '',
  kind: 'local',
  preset: 'lakekeeper',
  uri: '',
  warehouse: '',
  auth: 'oauth2',
  token: '',
  clientId: '',
  clientSecret: '',
  scope: '',
  tokenUri: '',
  root: '',
  region: 'us-east-1',
  endpoint: '',
  pathStyle: false,
  accessKeyId: '',
  secretAccessKey: '',
};

export const SECRET_FIELDS = ['token', 'clientSecret', 'secretAccessKey'] as const;

export const destinationValues = (destination: Destination): DestinationValues => ({
  ...EMPTY_DESTINATION,
  name: destination.name,
  kind: destination.catalogKind === 'rest' ? 'rest' : destination.storageKind === 's3' ? 's3' : 'local',
  preset: 'generic',
  uri: destination.catalogUri ?? '',
  warehouse: destination.warehouse,
  auth: destination.catalogAuth,
  scope: destination.catalogScope ?? '',
  tokenUri: destination.catalogTokenUri ?? '',
  root: destination.storageKind === 's3' ? destination.storageRoot : '',
  region: destination.s3Region ?? 'us-east-1',
  endpoint: destination.s3Endpoint ?? '',
  pathStyle: destination.s3PathStyle,
});

/** As `destinations.create` takes it. */
export const toCreateInput = (values: DestinationValues) => ({
  name: values.name.trim(),
  catalog:
    values.kind === 'rest'
      ? { kind: 'rest', uri: values.uri.trim(), warehouse: values.warehouse.trim(), auth: authOf(values) }
      : { kind: 'embedded' },
  storage: values.kind === 'local' ? { kind: 'file' } : s3Of(values),
});

const authOf = (values: DestinationValues) => {
  if (values.auth === 'bearer') return { kind: 'bearer', token: values.token };
  if (values.auth !== 'oauth2') return { kind: 'none' };
  return {
    kind: 'oauth2',
    clientId: values.clientId.trim(),
    clientSecret: values.clientSecret,
    ...given('scope', values.scope),
    ...given('tokenUri', values.tokenUri),
  };
};

const s3Of = (values: DestinationValues) => ({
  kind: 's3',
  root: values.root.trim(),
  region: values.region.trim(),
  ...given('endpoint', values.endpoint),
  pathStyle: values.pathStyle,
  ...(hasKeys(values) ? { credentials: keysOf(values) } : {}),
});

const given = <Name extends string>(name: Name, text: string) => (text.trim() === '' ? {} : { [name]: text.trim() });
const hasKeys = (values: DestinationValues) => values.accessKeyId.trim() !== '' || values.secretAccessKey !== '';
const keysOf = ({ accessKeyId, secretAccessKey }: DestinationValues) => ({
  accessKeyId: accessKeyId.trim(),
  secretAccessKey,
});

/** As `destinations.update` takes it: only what differs. Secrets that are left empty stay. */
export function toUpdateInput(values: DestinationValues, destination: Destination) {
  const before = destinationValues(destination);
  const differs = (name: keyof DestinationValues) => values[name] !== before[name];
  const catalog = {
    ...(differs('uri') ? { uri: values.uri.trim() } : {}),
    ...(differs('auth') || changesToken(values, before) || hasCatalogSecret(values) ? { auth: authOf(values) } : {}),
  };
  const storage = {
    ...(differs('region') ? { region: values.region.trim() } : {}),
    ...(differs('endpoint') ? { endpoint: values.endpoint.trim() === '' ? null : values.endpoint.trim() } : {}),
    ...(differs('pathStyle') ? { pathStyle: values.pathStyle } : {}),
    ...(hasKeys(values) ? { credentials: keysOf(values) } : {}),
  };
  return {
    id: destination.id,
    version: destination.version,
    ...(differs('name') ? { name: values.name.trim() } : {}),
    ...(Object.keys(catalog).length > 0 ? { catalog } : {}),
    ...(Object.keys(storage).length > 0 ? { storage } : {}),
  };
}

const hasCatalogSecret = ({ token, clientId, clientSecret }: DestinationValues): boolean =>
  token !== '' || clientId !== '' || clientSecret !== '';

/** Whether a token is asked for elsewhere, or another one: it takes the client's secret to do so. */
const changesToken = (values: DestinationValues, before: DestinationValues): boolean =>
  values.auth === 'oauth2' &&
  before.auth === 'oauth2' &&
  (values.scope.trim() !== before.scope || values.tokenUri.trim() !== before.tokenUri);

/** Which secrets would go to another address than they were entered for, and so have to be given again. */
export function secretsToGiveAgain(values: DestinationValues, destination: Destination): string[] {
  const before = destinationValues(destination);
  const movesCatalog =
    (values.uri.trim() !== before.uri && destination.catalogAuth !== 'none') || changesToken(values, before);
  const movesStorage = values.endpoint.trim() !== before.endpoint && destination.hasCredentials;
  return [
    ...(movesCatalog && !hasCatalogSecret(values) ? ['the catalog’s secret'] : []),
    ...(movesStorage && !hasKeys(values) ? ['the keys of the object store'] : []),
  ];
}

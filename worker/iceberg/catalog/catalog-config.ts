import type { Namespace, TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import { AppError } from '@/server/errors/app-error.ts';

/** What `GET /v1/config` settled: where requests go and which of them the catalog knows. */
export type CatalogConfig = {
  /** Base of all resources: `{uri}/v1` or `{uri}/v1/{prefix}`. */
  readonly base: string;
  /** URL-encoded text between the levels of a namespace in a path. */
  readonly separator: string;
  readonly endpoints: ReadonlySet<string>;
  /** From `header.*` properties: to be sent with each request. */
  readonly headers: Readonly<Record<string, string>>;
};

export const TRANSACTIONS_ENDPOINT = 'POST /v1/{prefix}/transactions/commit';
export const TABLE_HEAD_ENDPOINT = 'HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}';

/**
 * Reads the answer of `GET /v1/config`: defaults, overridden by ours, overridden by the catalog's overrides. Throws
 * CATALOG_RESPONSE_INVALID.
 */
export function readConfig(body: unknown, ours: { uri: string; warehouse: string | null }): CatalogConfig {
  if (!isRecord(body) || !isRecord(body.defaults ?? {}) || !isRecord(body.overrides ?? {})) {
    throw new AppError('CATALOG_RESPONSE_INVALID', 'the catalog has no readable configuration');
  }
  const properties = {
    ...(body.defaults as Record<string, unknown> | undefined),
    uri: ours.uri,
    ...(ours.warehouse === null ? {} : { warehouse: ours.warehouse }),
    ...(body.overrides as Record<string, unknown> | undefined),
  };
  const of = (name: string): string | null => {
    const value = (properties as Record<string, unknown>)[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const uri = httpUri(of('uri') ?? ours.uri);
  const prefix = of('prefix');
  const headers = Object.keys(properties).filter((name) => name.startsWith('header.'));
  return {
    // The prefix is used as given: catalogs send it encoded where they need it.
    base: prefix === null ? `${uri}/v1` : `${uri}/v1/${prefix}`,
    separator: of('namespace-separator') ?? '%1F',
    endpoints: new Set(Array.isArray(body.endpoints) ? body.endpoints.map(String) : CLASSIC_ENDPOINTS),
    headers: Object.fromEntries(headers.map((name) => [name.slice('header.'.length), of(name) ?? ''])),
  };
}

/** The catalog's base URI without trailing slashes; must be http or https without credentials in it. */
export function httpUri(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw new AppError('INVALID_INPUT', 'the catalog URI must be http or https, without user and password');
  }
  return uri.replace(/\/+$/, '');
}

export const namespacePath = (config: CatalogConfig, namespace: Namespace): string =>
  `${config.base}/namespaces/${namespace.map(encodeURIComponent).join(config.separator)}`;

export const tablePath = (config: CatalogConfig, { namespace, name }: TableIdentifier): string =>
  `${namespacePath(config, namespace)}/tables/${encodeURIComponent(name)}`;

/** Of the endpoints that a catalog without a list is assumed to have, those that we ask about. */
const CLASSIC_ENDPOINTS = [TRANSACTIONS_ENDPOINT];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

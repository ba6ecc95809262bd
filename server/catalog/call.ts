import type { Namespace, TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import type { CatalogDeps, Warehouse } from './catalog-deps.ts';
import { badRequest } from './catalog-error.ts';
import { decodeNamespace, decodeSegment } from './catalog-path.ts';

/** One request on its way to an operation: whose warehouse, which path, which body. */
export type Call = {
  readonly deps: CatalogDeps;
  readonly warehouse: Warehouse;
  readonly request: Request;
  readonly query: URLSearchParams;
  /** Raw path segments by the route's names. */
  readonly path: Readonly<Record<string, string>>;
  readonly body: string;
  readonly idempotency: { readonly key: string; readonly requestHash: string } | null;
};

export const namespaceOf = (call: Call): Namespace => decodeNamespace(decodeSegment(segment(call, 'namespace')));

export const tableOf = (call: Call): TableIdentifier => ({
  namespace: namespaceOf(call),
  name: decodeSegment(segment(call, 'table')),
});

export const nowMs = (call: Call): bigint => BigInt(call.deps.nowMs?.() ?? Date.now());

/** A query flag as clients write it: `true`, and pyiceberg's `True`. */
export const flag = (call: Call, name: string): boolean => call.query.get(name)?.toLowerCase() === 'true';

function segment(call: Call, name: string): string {
  const text = call.path[name];
  if (!text) throw badRequest(`Invalid path: no ${name}`);
  return text;
}

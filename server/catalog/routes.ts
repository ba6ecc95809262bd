import { emptyAnswer } from './answers.ts';
import type { Call } from './call.ts';
import type { CatalogScope } from './catalog-deps.ts';
import * as namespaces from './namespaces.ts';
import * as commits from './table-commits.ts';
import * as names from './table-names.ts';
import * as tables from './tables.ts';

export type Route = {
  readonly method: string;
  /** As the specification writes it. */
  readonly path: string;
  readonly scope: CatalogScope;
  readonly run: (call: Call) => Promise<Response>;
  /** A change that a client may send again under its Idempotency-Key. */
  readonly once?: true;
};

const READ = { scope: 'catalog:read' } as const;
const WRITE = { scope: 'catalog:write', once: true } as const;

const NAMESPACES = '/v1/{prefix}/namespaces';
const NAMESPACE = '/v1/{prefix}/namespaces/{namespace}';
const TABLES = '/v1/{prefix}/namespaces/{namespace}/tables';
const TABLE = '/v1/{prefix}/namespaces/{namespace}/tables/{table}';

/** Everything below a warehouse's prefix. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: NAMESPACES, run: namespaces.listNamespaces, ...READ },
  { method: 'POST', path: NAMESPACES, run: namespaces.createNamespace, ...WRITE },
  { method: 'GET', path: NAMESPACE, run: namespaces.loadNamespace, ...READ },
  { method: 'HEAD', path: NAMESPACE, run: namespaces.namespaceExists, ...READ },
  { method: 'DELETE', path: NAMESPACE, run: namespaces.dropNamespace, ...WRITE },
  // Setting and removing properties twice is the same as once.
  {
    method: 'POST',
    path: `${NAMESPACE}/properties`,
    run: namespaces.updateNamespaceProperties,
    scope: 'catalog:write',
  },
  { method: 'GET', path: TABLES, run: tables.listTables, ...READ },
  { method: 'POST', path: TABLES, run: tables.createTable, ...WRITE },
  { method: 'GET', path: TABLE, run: tables.loadTableOperation, ...READ },
  { method: 'POST', path: TABLE, run: commits.commitTable, ...WRITE },
  { method: 'DELETE', path: TABLE, run: names.dropTable, ...WRITE },
  { method: 'HEAD', path: TABLE, run: tables.tableExistsOperation, ...READ },
  { method: 'POST', path: `${NAMESPACE}/register`, run: names.registerTable, ...WRITE },
  // Java readers report every scan; nothing is kept of it.
  { method: 'POST', path: `${TABLE}/metrics`, run: async () => emptyAnswer(), ...READ },
  { method: 'POST', path: '/v1/{prefix}/tables/rename', run: names.renameTable, ...WRITE },
  { method: 'POST', path: '/v1/{prefix}/transactions/commit', run: commits.commitTransaction, ...WRITE },
];

/** The routes of a path, and its raw segments by name; no routes when nothing is there. */
export function matchRoutes(pathname: string): {
  routes: readonly Route[];
  segments: Readonly<Record<string, string>>;
} {
  const parts = pathname.split('/');
  for (const { path, names: segmentNames } of PATTERNS) {
    if (path.length !== parts.length) continue;
    const matches = path.every((part, i) => part.startsWith('{') || part === parts[i]);
    if (!matches) continue;
    const segments = Object.fromEntries(segmentNames.map(({ name, index }) => [name, parts[index] ?? '']));
    return { routes: ROUTES.filter((route) => route.path === path.join('/')), segments };
  }
  return { routes: [], segments: {} };
}

const PATTERNS = [...new Set(ROUTES.map((route) => route.path))].map((text) => {
  const path = text.split('/');
  const names = path.flatMap((part, index) => (part.startsWith('{') ? [{ name: part.slice(1, -1), index }] : []));
  return { path, names };
});

import { errorAnswer, jsonAnswer } from './answers.ts';
import type { Call } from './call.ts';
import type { CatalogDeps, CatalogScope } from './catalog-deps.ts';
import { asCatalogError, CatalogError } from './catalog-error.ts';
import { decodeSegment } from './catalog-path.ts';
import { IDEMPOTENCY_LIFETIME, idempotencyOf, once } from './idempotency.ts';
import { readText } from './request-body.ts';
import { matchRoutes, ROUTES, type Route } from './routes.ts';

/**
 * Serves the Iceberg REST catalog (rest-catalog-open-api.yaml) under `basePath`. Never throws: what fails is answered
 * in the specification's error shape, and a defect is logged and answered without its details.
 */
export function createCatalogHandler(deps: CatalogDeps): (request: Request) => Promise<Response> {
  return async (request) => {
    const body = request.method !== 'HEAD';
    try {
      return await answer(deps, request);
    } catch (error) {
      const known = asCatalogError(error);
      if (known && known.status < 500) return errorAnswer(known, { body });
      deps.log.error('a catalog request failed', {
        method: request.method,
        path: new URL(request.url).pathname,
        error,
      });
      return errorAnswer(known ?? INTERNAL, { body });
    }
  };
}

async function answer(deps: CatalogDeps, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const pathname = url.pathname.slice(deps.basePath.length).replace(/\/+$/, '');
  if (!url.pathname.startsWith(deps.basePath)) throw notFound(url.pathname);
  if (pathname === '/v1/config') {
    await requireScope(deps, request, 'catalog:read');
    if (request.method !== 'GET') throw methodNotAllowed(request.method);
    return config(deps, url.searchParams.get('warehouse'));
  }
  const { routes, segments } = matchRoutes(pathname);
  if (routes.length === 0) {
    await requireScope(deps, request, 'catalog:read');
    throw notFound(pathname);
  }
  const route = routes.find(({ method }) => method === request.method);
  await requireScope(deps, request, route?.scope ?? 'catalog:read');
  if (!route) throw methodNotAllowed(request.method);
  return run(route, await callOf(deps, { request, url, segments }));
}

const run = (route: Route, call: Call): Promise<Response> =>
  route.once ? once(call, () => route.run(call)) : route.run(call);

type Matched = { readonly request: Request; readonly url: URL; readonly segments: Readonly<Record<string, string>> };

async function callOf(deps: CatalogDeps, { request, url, segments }: Matched): Promise<Call> {
  const warehouse = await findWarehouse(deps, decodeSegment(segments.prefix ?? ''));
  const body = await readText(request);
  const idempotency = idempotencyOf(request, body);
  return { deps, warehouse, request, query: url.searchParams, path: segments, body, idempotency };
}

async function config(deps: CatalogDeps, name: string | null): Promise<Response> {
  const warehouse = await findWarehouse(deps, name || null);
  return jsonAnswer({
    defaults: {},
    overrides: { prefix: encodeURIComponent(warehouse.name) },
    endpoints: ROUTES.map(({ method, path }) => `${method} ${path}`),
    'idempotency-key-lifetime': IDEMPOTENCY_LIFETIME,
  });
}

async function findWarehouse(deps: CatalogDeps, name: string | null) {
  const warehouse = await deps.findWarehouse(name);
  if (warehouse) return warehouse;
  const message = name === null ? 'No warehouse is served' : `Warehouse does not exist: ${name}`;
  throw new CatalogError({ status: 404, type: 'NoSuchWarehouseException', message });
}

async function requireScope(deps: CatalogDeps, request: Request, scope: CatalogScope): Promise<void> {
  const caller = await deps.authorize(request);
  if (!caller) {
    const message = 'Missing or invalid credentials';
    throw new CatalogError({ status: 401, type: 'NotAuthorizedException', message });
  }
  if (caller.scopes.includes(scope)) return;
  throw new CatalogError({ status: 403, type: 'ForbiddenException', message: `This needs the scope ${scope}` });
}

const notFound = (path: string) =>
  new CatalogError({ status: 404, type: 'NoSuchEndpointException', message: `No route for ${path}` });

const methodNotAllowed = (method: string) =>
  new CatalogError({ status: 405, type: 'BadRequestException', message: `Method not allowed: ${method}` });

const INTERNAL = new CatalogError({
  status: 500,
  type: 'InternalServerError',
  message: 'The catalog failed; its log says why',
});

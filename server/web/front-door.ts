import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RateLimit } from '@/server/api/rate-limit.ts';
import { newRequestId } from '@/server/api/request-id.ts';
import { REST_PATH } from '@/server/api/rest/call-procedure.ts';
import { serveRest } from '@/server/api/rest/serve-rest.ts';
import { serveTrpc } from '@/server/api/serve-trpc.ts';
import type { ApiContext } from '@/server/api/trpc.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { problemOf } from '@/server/errors/problem.ts';
import type { EventHub } from '@/server/events/event-hub.ts';
import { createHostCheck } from './allowed-hosts.ts';
import { sendFetched, sendJson, sendProblem, sendTo } from './answer.ts';
import { answerBoard, isBoardPath } from './answer-board.ts';
import { answerSignIn, OPEN_PAGES } from './answer-sign-in.ts';
import { actorOf, bearerOf, isSame, signedInOf } from './authenticate.ts';
import { addressOf } from './client-address.ts';
import { answerReady } from './health.ts';
import { renderMetrics } from './metrics.ts';
import type { QueueBoard } from './queue-board.ts';
import { readBody } from './read-body.ts';
import { contentSecurityPolicy, securityHeaders } from './security-headers.ts';
import { readCookies } from './session-cookie.ts';
import type { SignInDesk } from './sign-in-desk.ts';
import { TRIED_COOKIE } from './tried-cookie.ts';

export type FrontDoor = {
  readonly deps: ControlDeps;
  /** The embedded catalog, mounted at CATALOG_PATH. */
  readonly catalog: (request: Request) => Promise<Response>;
  /** The console. */
  readonly pages: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly limitCalls: RateLimit;
  /** Live changes, one stream for each browser. */
  readonly events: EventHub;
  readonly board: QueueBoard;
  /** Where people come in. */
  readonly desk: SignInDesk;
  /** Bearer that Prometheus uses. */
  readonly internalKey: string;
};

export const CATALOG_PATH = '/api/catalog';
const TRPC_PATH = '/api/trpc';
const CATALOG_BODY_BYTES_MAX = 64 * 1024 * 1024;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The one way in: checks host and origin, sets headers, and hands over to the catalog, the API or the console. */
export function createFrontDoor(
  door: FrontDoor,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { deps } = door;
  const isOurHost = createHostCheck(deps.config);
  const headers = Object.entries(securityHeaders(deps.config.publicUrl));
  return async (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const requestId = newRequestId();
    response.setHeader('X-Request-Id', requestId);
    try {
      const host = request.headers.host ?? '';
      if (!isOurHost(host)) throw new AppError('MISDIRECTED', 'this server has another name');
      if (!METHODS.has(request.method ?? '')) throw new AppError('METHOD_NOT_ALLOWED', 'this method is not served');
      const url = parseUrl(request, host);
      await route(door, { request, response, url, requestId });
    } catch (error) {
      if (!(error instanceof AppError)) {
        deps.log.error('a request failed', { path: request.url?.split('?')[0], requestId, error });
      }
      if (response.headersSent) response.destroy();
      else sendProblem(response, problemOf(error, requestId));
    }
  };
}

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly requestId: string;
};

async function route(door: FrontDoor, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  const { deps } = door;
  const path = url.pathname;
  if (path === CATALOG_PATH || path.startsWith(`${CATALOG_PATH}/`)) {
    return sendFetched(response, await door.catalog(await toFetch(request, url)));
  }
  if (path === '/api/v1/health/live') return sendJson(response, 200, { status: 'live' });
  if (path === '/api/v1/health/ready') return answerReady(deps, response);
  if (path === '/metrics') return answerMetrics(door, exchange);
  if (bearerOf(request.headers.authorization) === null) refuseForeignOrigin(deps.config, { request, url });
  if (path.startsWith(`${TRPC_PATH}/`) || path.startsWith(`${REST_PATH}/`)) return answerApi(door, exchange);
  if (isBoardPath(path)) return answerBoard(door, exchange);
  if (await answerSignIn(door, exchange)) return;
  return answerPage(door, exchange);
}

/** Browsers say where a request comes from; one that changes something must come from our own pages. */
function refuseForeignOrigin(
  { publicUrl }: Pick<ControlDeps['config'], 'publicUrl'>,
  { request, url }: Pick<Exchange, 'request' | 'url'>,
): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOurs = origin === undefined ? site === 'same-origin' : isOwnOrigin(origin, { publicUrl, url });
  if (!isOurs) throw new AppError('FORBIDDEN', 'the request comes from another site');
}

/** Over https a page that came by plain http, which anybody on the way may have written, is another site. */
function isOwnOrigin(origin: string, { publicUrl, url }: { publicUrl: string; url: URL }): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  return host === url.host && protocol === new URL(publicUrl).protocol;
}

/** Scripts, styles and fonts; a path that could mean another one after decoding is none of them. */
const isAsset = (pathname: string): boolean =>
  pathname === '/icon.svg' || (pathname.startsWith('/_next/static/') && !/\.\.|\\/.test(decodeURIComponent(pathname)));

async function answerPage({ deps, pages, desk }: FrontDoor, { request, response, url }: Exchange): Promise<void> {
  const { pathname } = url;
  const isOpen = OPEN_PAGES.has(pathname) || isAsset(pathname);
  if (!isOpen && !(await signedInOf(deps, request))) return sendTo(response, signInPath(url));
  const nonce = randomBytes(16).toString('base64');
  const policy = contentSecurityPolicy(nonce);
  // Next takes the nonce for its own scripts from this request header; what a client sent there is overwritten.
  request.headers['content-security-policy'] = policy;
  request.headers['x-nonce'] = nonce;
  // The sign-in page cannot ask the API; what a client sent here is overwritten too.
  request.headers['x-philotes-issuer'] =
    pathname === '/sign-in' ? encodeURIComponent((await desk.issuerName()) ?? '') : '';
  const isRefusal = pathname === '/sign-in' && url.searchParams.has('problem');
  request.headers['x-philotes-tried'] = isRefusal
    ? encodeURIComponent(readCookies(request.headers.cookie)[TRIED_COOKIE] ?? '')
    : '';
  for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']) delete request.headers[name];
  response.setHeader('Content-Security-Policy', policy);
  await pages(request, response);
}

/** Console and REST call the same procedures; both are counted before anything is read. */
async function answerApi({ deps, limitCalls, events }: FrontDoor, exchange: Exchange): Promise<void> {
  const { request, response, url, requestId } = exchange;
  const isTrpc = url.pathname.startsWith(`${TRPC_PATH}/`);
  const path = url.pathname.slice(isTrpc ? TRPC_PATH.length + 1 : REST_PATH.length);
  const createContext = async (): Promise<ApiContext> => {
    const address = addressOf(deps.config, request);
    const actor = await actorOf(deps, request);
    await limitCalls({ actor: actor?.name ?? null, address }, isTrpc ? path.split(',').length : 1);
    return { deps, actor, requestId, address };
  };
  if (isTrpc) return serveTrpc({ request, response, path, log: deps.log, requestId, createContext });
  const services = { events, authenticate: () => actorOf(deps, request) };
  const context = await createContext();
  return serveRest({ request, response, path, query: url.searchParams, context, services });
}

const signInPath = ({ pathname, search }: URL): string =>
  pathname === '/' ? '/sign-in' : `/sign-in?callbackUrl=${encodeURIComponent(pathname + search)}`;

async function answerMetrics({ deps, internalKey }: FrontDoor, { request, response }: Exchange): Promise<void> {
  // Behind a proxy every request seems local, so a site that is reached from elsewhere always asks for the key.
  const isLocalSite = new URL(deps.config.publicUrl).protocol === 'http:';
  const isLocal =
    isLocalSite && ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(addressOf(deps.config, request) ?? '');
  if (!isLocal && !isSame(bearerOf(request.headers.authorization) ?? '', internalKey)) {
    throw new AppError('UNAUTHENTICATED', 'metrics need the internal key');
  }
  response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(await renderMetrics(deps));
}

function parseUrl(request: IncomingMessage, host: string): URL {
  try {
    const url = new URL(request.url ?? '/', `http://${host}`);
    decodeURIComponent(url.pathname);
    if (url.host === host.toLowerCase()) return url;
  } catch {
    // Said below: a path that cannot be decoded is refused before anything else sees it.
  }
  throw new AppError('INVALID_INPUT', 'the path is malformed');
}

async function toFetch(request: IncomingMessage, url: URL): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  const body = hasBody ? new Uint8Array(await readBody(request, CATALOG_BODY_BYTES_MAX)) : null;
  return new Request(url, { method: request.method ?? 'GET', headers, body });
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { allow } from '@/server/api/allow.ts';
import { type ApiContext, toProblem } from '@/server/api/trpc.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { sendProblem } from '@/server/web/answer.ts';
import { bearerOf } from '@/server/web/authenticate.ts';
import type { Answer } from './answer.ts';
import { callProcedure } from './call-procedure.ts';
import { matchPath } from './path-pattern.ts';
import type { Services } from './plain-route.ts';
import { PLAIN_ROUTES } from './plain-routes.ts';
import { PROCEDURE_ROUTES } from './route-table.ts';

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As it came, still encoded, behind /api/v1. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly context: ApiContext;
  readonly services: Services;
};

const ROUTES = [...PLAIN_ROUTES, ...PROCEDURE_ROUTES];

/** Answers a request under /api/v1. Failures are problems after RFC 9457. */
export async function serveRest(exchange: Exchange): Promise<void> {
  const { request, response, context } = exchange;
  try {
    await serve(exchange);
  } catch (error) {
    const problem = toProblem(error, context.requestId);
    if (problem.status >= 500 && problem.code === 'INTERNAL') {
      const { requestId } = context;
      context.deps.log.error('an API request failed', { path: exchange.path, requestId, error });
    }
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem);
    // What the client still sends is not read; over this connection nothing could follow.
    if (!request.readableEnded) request.resume();
  }
}

async function serve({ request, response, path, query, context, services }: Exchange): Promise<void> {
  const segments = path.split('/').slice(1);
  const fitting = ROUTES.flatMap((route) => {
    const parameters = matchPath(route.pattern, segments);
    return parameters ? [{ route, parameters }] : [];
  });
  // `/sources/test` is itself and no source of that name: the pattern with fewer parameters speaks for the path.
  const fewest = Math.min(...fitting.map(({ parameters }) => Object.keys(parameters).length));
  const candidates = fitting.filter(({ parameters }) => Object.keys(parameters).length === fewest);
  if (candidates.length === 0) throw new AppError('NOT_FOUND', 'there is no such path');
  const allowed = allowOf(candidates.map(({ route }) => route.method));
  const isHead = request.method === 'HEAD';
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { Allow: allowed, 'Cache-Control': 'no-store' });
    response.end();
    return;
  }
  const method = isHead ? 'GET' : request.method;
  const found = candidates.find(({ route }) => route.method === method);
  if (!found) {
    response.setHeader('Allow', allowed);
    throw new AppError('METHOD_NOT_ALLOWED', `this path takes ${allowed}`);
  }
  if (found.route.access !== 'public' && context.actor === null) {
    // Which of these it is would tell strangers which keys there are.
    const reason =
      bearerOf(request.headers.authorization) === null
        ? 'nobody is signed in'
        : 'this API key is unknown, has expired or was revoked, or its owner may not sign in';
    throw new AppError('UNAUTHENTICATED', reason);
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if ('serve' in found.route) {
    const { parameters } = found;
    const { access, name } = found.route;
    if (context.actor && access !== 'public' && access !== 'signed-in') {
      await allow(context.deps, context.actor, { scope: access, path: name });
    }
    await found.route.serve({ request, response, parameters, query, context, services, signal: gone.signal });
    return;
  }
  const call = { route: found.route, parameters: found.parameters, request, query, path, context, signal: gone.signal };
  send(response, await callProcedure(call), isHead);
}

function allowOf(methods: readonly string[]): string {
  const all = new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']);
  return [...all].sort().join(', ');
}

function send(response: ServerResponse, { status, headers, body }: Answer, isHead: boolean): void {
  response.setHeader('Cache-Control', 'no-store');
  if (body === undefined) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
  });
  response.end(isHead ? undefined : bytes);
}

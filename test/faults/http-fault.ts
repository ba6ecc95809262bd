import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What happens to one request. `applied` ones reach the server, whatever the caller then sees. */
export type HttpFault =
  | { readonly kind: 'reject'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'applied-then-dropped' }
  | { readonly kind: 'applied-then-status'; readonly status: number }
  /** Reaches the server only when `until` resolves; the caller is cut off at once: a late landing. */
  | { readonly kind: 'held'; readonly until: Promise<void> }
  /** The caller gets half of the answer's body, then a reset. */
  | { readonly kind: 'truncated' };

/** Chooses what happens to a request; null lets it pass. */
export type FaultRule = (request: { readonly method: string; readonly path: string }) => HttpFault | null;

export type HttpFaultProxy = AsyncDisposable & {
  readonly uri: string;
  /** The rule for all requests from now on; null lets everything pass. */
  set(rule: FaultRule | null): void;
  /** How many requests a rule has hit. */
  readonly hits: number;
};

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly bytes: Buffer };

/** An HTTP proxy on 127.0.0.1 in front of `target` that loses, delays and falsifies answers as a rule says. */
export async function openHttpFault(target: string): Promise<HttpFaultProxy> {
  let rule: FaultRule | null = null;
  let hits = 0;
  const ask = (request: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      // Headers as they came, the host too: object stores check a signature over it.
      const headers = { ...request.headers };
      delete headers['transfer-encoding'];
      const options = { method: request.method, headers: { ...headers, connection: 'close' } };
      const asked = forward(new URL(request.url ?? '/', target), options, (answer) => {
        buffer(answer).then((bytes) => {
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, bytes });
        }, reject);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const fault = rule?.({ method: request.method ?? 'GET', path }) ?? null;
    if (fault) hits++;
    if (fault?.kind === 'reject') {
      response.writeHead(fault.status, fault.headers).end();
      return;
    }
    if (fault?.kind === 'held') {
      response.socket?.resetAndDestroy();
      await fault.until;
      await ask(request, body);
      return;
    }
    const { status, headers, bytes } = await ask(request, body);
    if (fault?.kind === 'applied-then-dropped') {
      response.socket?.resetAndDestroy();
    } else if (fault?.kind === 'applied-then-status') {
      response.writeHead(fault.status).end();
    } else {
      const isHead = request.method === 'HEAD';
      const { 'transfer-encoding': _chunked, connection: _connection, ...kept } = headers;
      response.writeHead(status, isHead ? kept : { ...kept, 'content-length': bytes.length });
      if (fault?.kind === 'truncated') {
        response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.resetAndDestroy());
      } else {
        response.end(isHead ? undefined : bytes);
      }
    }
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const base = new URL(target);
  return {
    uri: `http://127.0.0.1:${address.port}${base.pathname.replace(/\/$/, '')}`,
    set(next) {
      rule = next;
    },
    get hits() {
      return hits;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

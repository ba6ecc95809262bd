import { randomUUID } from 'node:crypto';
import createFetchClient, { type Client } from 'openapi-fetch';
import type { ItemOf, ListParameters, ListPath } from './pages.ts';
import { ProblemError, problemOf } from './problem-error.ts';
import { retryingFetch } from './retrying-fetch.ts';
import type { paths } from './schema.gen.ts';

export type { ItemOf, ListParameters, ListPath } from './pages.ts';
export { ProblemError } from './problem-error.ts';
export type * from './schema.gen.ts';

export type PhilotesOptions = {
  /** Where the console is, like https://philotes.example.com. */
  readonly url: string;
  /** An API key or a session's token. */
  readonly token?: string;
  /** How often a request that failed on its way is sent again, when that cannot do harm; default 3. */
  readonly retriesMax?: number;
  /** Shows in the audit log of the server's proxy; default `philotes-client`. */
  readonly userAgent?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: (request: Request) => Promise<Response>;
};

/**
 * GET, POST, PATCH and DELETE of every path of the REST API, typed by its document. They resolve with what was asked for
 * and throw ProblemError for everything else.
 */
export type Philotes = Client<paths> & {
  /** Every item of a list, page by page as they are taken. */
  all<Path extends ListPath>(path: Path, parameters?: ListParameters<Path>): AsyncGenerator<ItemOf<Path>>;
};

/** A client of one installation. It keeps no connection and needs no closing. */
export function createPhilotes(options: PhilotesOptions): Philotes {
  const baseUrl = `${options.url.replace(/\/+$/, '')}/api/v1`;
  const send = sender(options);
  return Object.assign(createFetchClient<paths>({ baseUrl, fetch: send }), { all: pagesOf(baseUrl, send) });
}

type Send = (request: Request) => Promise<Response>;

/** Sends a request in our name; answers that are no success are thrown. */
function sender(options: PhilotesOptions): Send {
  const { token, retriesMax = 3, userAgent = 'philotes-client', headers = {}, fetch = globalThis.fetch } = options;
  const send = retryingFetch(fetch, { retriesMax });
  return async (request) => {
    request.headers.set('User-Agent', userAgent);
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    if (token !== undefined) request.headers.set('Authorization', `Bearer ${token}`);
    // The server does the work once per key, so that a request may be repeated whose answer was lost.
    if (request.method === 'POST' && !request.headers.has('Idempotency-Key')) {
      request.headers.set('Idempotency-Key', randomUUID());
    }
    const response = await send(request);
    if (!response.ok) throw new ProblemError(await problemOf(response));
    return response;
  };
}

const pagesOf = (baseUrl: string, send: Send): Philotes['all'] =>
  async function* all<Path extends ListPath>(path: Path, parameters?: ListParameters<Path>) {
    const segments = new Map(Object.entries(parameters?.path ?? {}));
    const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(segments.get(name))));
    const url = new URL(`${baseUrl}${filled}`);
    for (const [name, value] of Object.entries(parameters?.query ?? {})) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    for (let cursor: string | null = ''; cursor !== null; ) {
      if (cursor !== '') url.searchParams.set('cursor', cursor);
      const page: unknown = await (await send(new Request(url))).json();
      if (!isPage<ItemOf<Path>>(page)) throw new TypeError(`${path} did not answer with a page`);
      yield* page.items;
      cursor = page.nextCursor;
    }
  };

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

const isPage = <Item>(value: unknown): value is Page<Item> =>
  typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, 'items'));

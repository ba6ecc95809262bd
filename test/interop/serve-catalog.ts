import { createServer, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { CatalogDeps } from '@/server/catalog/catalog-deps.ts';
import { createCatalogHandler } from '@/server/catalog/catalog-handler.ts';

export type ServedCatalog = AsyncDisposable & { readonly uri: string };

/** The embedded catalog alone on a local port, for clients in other languages. */
export async function serveCatalog(deps: Omit<CatalogDeps, 'basePath'>): Promise<ServedCatalog> {
  const handle = createCatalogHandler({ ...deps, basePath: '/api/catalog' });
  const server = createServer((incoming, outgoing) => {
    void handle(toRequest(incoming)).then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    uri: `http://127.0.0.1:${address.port}/api/catalog`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toRequest(incoming: IncomingMessage): Request {
  const method = incoming.method ?? 'GET';
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const bodiless = method === 'GET' || method === 'HEAD';
  const body = bodiless ? null : (Readable.toWeb(incoming) as ReadableStream);
  return new Request(`http://127.0.0.1${incoming.url}`, { method, headers, body, duplex: 'half' } as RequestInit);
}

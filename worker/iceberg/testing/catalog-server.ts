import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

export type CatalogServer = AsyncDisposable & {
  readonly origin: string;
  /** Every request seen: `POST /v1/...`. */
  readonly seen: string[];
};

/** Serves a fetch handler on a port of 127.0.0.1. `null` instead of an answer cuts the connection. */
export async function serve(handle: (request: Request) => Promise<Response | null>): Promise<CatalogServer> {
  const seen: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const hasBody = !['GET', 'HEAD'].includes(incoming.method ?? 'GET');
    seen.push(`${incoming.method} ${incoming.url}`);
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers: new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}),
    } as RequestInit);
    const answer = await handle(request);
    if (!answer) return void incoming.socket.destroy();
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

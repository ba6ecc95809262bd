import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on 127.0.0.1 that can turn into a black hole: connections stay open, bytes vanish. */
export type TcpProxy = AsyncDisposable & { readonly port: number; blackHole(): void };

export async function openTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isBlackHole = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!isBlackHole) to.write(bytes);
      });
      from.on('end', () => {
        if (!isBlackHole) to.end();
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        if (!isBlackHole) to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    blackHole: () => {
      isBlackHole = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

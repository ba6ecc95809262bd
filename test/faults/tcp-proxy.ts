import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What the proxy does to bytes of present and future connections. */
export type TcpMode =
  | { readonly kind: 'pass' }
  /** Connections stay open, bytes and ends are swallowed in both directions: a half-open network path. */
  | { readonly kind: 'blackhole' }
  /** New connections are reset at once. */
  | { readonly kind: 'refuse' }
  /** What comes from the server arrives this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** A connection is reset after this many bytes from the server. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

export type TcpProxy = AsyncDisposable & {
  readonly host: string;
  readonly port: number;
  set(mode: TcpMode): void;
  /** Sends later connections to another server, as a moved address would. */
  retarget(target: { host: string; port: number }): void;
  /** Resets every open connection. */
  reset(): void;
};

/** A TCP proxy on 127.0.0.1 in front of `target` whose network can be broken at will. */
export async function openTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  let mode: TcpMode = { kind: 'pass' };
  let upstream = target;
  const open = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    return socket;
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    track(client);
    if (mode.kind === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const far = track(connect({ ...upstream, allowHalfOpen: true }));
    let received = 0;
    const forward = (to: Socket, chunk: Buffer): void => {
      if (mode.kind !== 'blackhole' && !to.destroyed) to.write(chunk);
    };
    client.on('data', (chunk) => forward(far, chunk));
    far.on('data', (chunk) => {
      received += chunk.length;
      if (mode.kind === 'cut' && received > mode.afterBytes) {
        client.resetAndDestroy();
        far.destroy();
      } else if (mode.kind === 'delay') {
        setTimeout(forward, mode.ms, client, chunk);
      } else {
        forward(client, chunk);
      }
    });
    const end = (to: Socket): void => {
      if (mode.kind !== 'blackhole') to.end();
    };
    client.on('end', () => end(far));
    far.on('end', () => end(client));
    const close = (to: Socket): void => {
      if (mode.kind !== 'blackhole') to.destroy();
    };
    client.once('close', () => close(far));
    far.once('close', () => close(client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    host: '127.0.0.1',
    port: address.port,
    set(next) {
      mode = next;
    },
    retarget(next) {
      upstream = next;
    },
    reset() {
      for (const socket of open) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

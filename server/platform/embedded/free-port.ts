import { createServer } from 'node:net';

/** The preferred port when it is free on 127.0.0.1, else any free one. Whoever binds it must be ready to lose the race. */
export async function freePort(preferred = 0): Promise<number> {
  const port = await tryListen(preferred);
  if (port !== undefined) return port;
  const other = await tryListen(0);
  if (other === undefined) throw new Error('no free port on 127.0.0.1');
  return other;
}

const tryListen = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });

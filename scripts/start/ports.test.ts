import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { choosePort } from './ports.ts';

test('a taken port is left to its owner, and an explicit wish for it is an error', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  const free = { setting: '--port', afterCrash: false };
  const chosen = await choosePort({ ...free, wanted: undefined, last: taken, usual: taken });
  expect(chosen.number).not.toBe(taken);
  const wanted = choosePort({ ...free, wanted: taken, last: undefined, usual: 1 });
  await expect(wanted).rejects.toThrow(`port ${taken} (--port) is taken by another program`);
  server.close();
});

test('after a crash the port of the last start is waited for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: last } = server.address() as AddressInfo;
  const chosen = choosePort({ wanted: undefined, setting: '--port', last, usual: 1, afterCrash: true });
  setTimeout(() => server.close(), 200);
  expect((await chosen).number).toBe(last);
});

test('a port lost to a faster program is chosen again, unless a person asked for it', async () => {
  const port = await freePort();
  const free = { setting: 'PHILOTES_WORKER_PORT', last: undefined, afterCrash: false };
  const ours = await choosePort({ ...free, wanted: undefined, usual: port });
  const asked = await choosePort({ ...free, wanted: port, usual: 1 });
  expect([ours.number, asked.number]).toEqual([port, port]);
  const faster = createServer().listen(port, '127.0.0.1');
  await once(faster, 'listening');
  await ours.chooseAgain();
  expect(ours.number).not.toBe(port);
  await expect(asked.chooseAgain()).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: `port ${port} (PHILOTES_WORKER_PORT) is taken by another program`,
  });
  faster.close();
});

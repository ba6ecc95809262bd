import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { choosePort } from './ports.ts';

test('a taken port is left to its owner, and an explicit wish for it is an error', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  const chosen = await choosePort({ wanted: undefined, last: taken, usual: taken, afterCrash: false });
  expect(chosen).not.toBe(taken);
  await expect(choosePort({ wanted: taken, last: undefined, usual: 1, afterCrash: false })).rejects.toThrow('is taken');
  server.close();
});

test('after a crash the port of the last start is waited for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: last } = server.address() as AddressInfo;
  const chosen = choosePort({ wanted: undefined, last, usual: 1, afterCrash: true });
  setTimeout(() => server.close(), 200);
  expect(await chosen).toBe(last);
});

import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '@/server/platform/embedded/free-port.ts';
import { LISTENING, PORT_TAKEN_EXIT, portTaken } from '@/server/platform/listen.ts';
import { superviseChild } from './supervised-child.ts';

/** Answers on PORT with its process id, and ends as our processes do when another program has it. */
const SERVER = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => response.end(String(process.pid)));
  server.on('error', () => process.exit(${PORT_TAKEN_EXIT}));
  server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send('${LISTENING}'));
`;

function supervise(options: {
  program: string;
  port: () => number;
  onPortTaken?: (wasReady: boolean) => Promise<void>;
}) {
  const { program, port, onPortTaken = () => Promise.reject(portTaken(port(), '--port')) } = options;
  const folder = mkdtempSync(join(tmpdir(), 'philotes-child-'));
  const file = join(folder, 'child.mjs');
  writeFileSync(file, program);
  let waiting: (() => void)[] = [];
  const child = superviseChild({
    name: 'test',
    file,
    env: () => ({ PORT: String(port()) }),
    logFile: join(folder, 'log'),
    onPortTaken,
    onRestart() {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  });
  return {
    child,
    ready: () =>
      child.ready({
        url: () => `http://127.0.0.1:${port()}/`,
        withinMs: 20_000,
        signal: AbortSignal.timeout(30_000),
      }),
    restarted: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

/** Another program that answers whatever it is asked. */
async function squat(port: number) {
  const server = createServer((_, response) => response.end('not yours')).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('a killed process is started again and becomes ready, and a stopped one stays stopped', async () => {
  const port = await freePort();
  const { child, ready, restarted } = supervise({ program: SERVER, port: () => port });
  await ready();
  const first = child.pid();
  const restart = restarted();
  process.kill(first ?? 0, 'SIGKILL');
  await restart;
  await ready();
  expect(child.pid()).not.toBe(first);
  await child.stop(5_000);
  expect(() => process.kill(child.pid() ?? 0, 0)).toThrow('ESRCH');
}, 40_000);

test('a process that cannot run is reported with the end of its log', async () => {
  const { child, ready } = supervise({ program: `console.log('no such setting'); process.exit(3);`, port: () => 1 });
  await expect(ready()).rejects.toThrow('no such setting');
  await child.stop(1_000);
}, 40_000);

test('a port that a faster program took is chosen again, and its answers are not taken for those of the process', async () => {
  let port = await freePort();
  const faster = await squat(port);
  const { child, ready } = supervise({
    program: SERVER,
    port: () => port,
    async onPortTaken() {
      port = await freePort();
    },
  });
  await ready();
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(String(child.pid()));
  expect(child.restarts()).toBe(0);
  await child.stop(5_000);
  faster.close();
}, 40_000);

test('a process whose port was asked for by name is given up before it was ready, and waits for its port afterwards', async () => {
  const port = await freePort();
  const faster = await squat(port);
  const lost = supervise({ program: SERVER, port: () => port });
  await expect(lost.ready()).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  await lost.child.stop(1_000);
  faster.close();
  await once(faster, 'close');

  const { child, ready, restarted } = supervise({ program: SERVER, port: () => port });
  await ready();
  const ended = restarted();
  process.kill(child.pid() ?? 0, 'SIGKILL');
  await ended;
  const endedAgain = restarted();
  const thief = await squat(port);
  await endedAgain;
  thief.close();
  await ready();
  await child.stop(5_000);
}, 40_000);

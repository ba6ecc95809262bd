import dns from 'node:dns';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { guardSocket } from './guard-socket.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { guardedS3Handler } from './guarded-s3.ts';
import { networkPolicy, setNetworkPolicy } from './process-policy.ts';

const strict = { allowed: [], loopback: false };
const before = networkPolicy();
let connections = 0;
let server: Server;
let port = 0;

beforeEach(async () => {
  connections = 0;
  server = createHttpServer((_request, response) => void response.writeHead(302, { Location: '/elsewhere' }).end());
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  setNetworkPolicy(strict);
});
afterEach(async () => {
  setNetworkPolicy(before);
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Answers look-ups as a name server that somebody else controls would. */
function answerLookups(...answers: { address: string; family: number }[][]): void {
  let asked = 0;
  const lookup = (_host: string, _options: unknown, done: (error: null, addresses: object) => void) => {
    done(null, answers[Math.min(asked++, answers.length - 1)] ?? []);
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
}

const HOSTS = ['127.0.0.1', 'localhost', '127.1', '0', '2130706433', '0x7f000001', '[::ffff:127.0.0.1]'];
const source = (host: string) => ({
  host,
  port,
  database: 'x',
  user: 'x',
  password: 'hunter2hunter2',
  tls: { mode: 'disable' } as const,
});
const connect = (host: string) => openSourceSession(source(host), { applicationName: 'test', connectTimeoutMs: 5_000 });

it.each(HOSTS)('opens no connection to %s, by no driver', async (host) => {
  await expect(connect(host.replace(/[[\]]/g, ''))).rejects.toMatchObject({ code: 'HOST_FORBIDDEN' });
  const url = `http://${host}:${port}`;
  const fetched = createGuardedFetch(strict)(url, {});
  await expect(fetched.catch((error: Error) => Promise.reject(error.cause ?? error))).rejects.toMatchObject({
    code: 'HOST_FORBIDDEN',
  });
  const s3 = new S3Client({
    endpoint: url,
    region: 'x',
    forcePathStyle: true,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: guardedS3Handler({}),
  });
  const read = s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  await expect(read).rejects.toMatchObject({ code: 'HOST_FORBIDDEN' });
  expect(connections).toBe(0);
});

it('refuses a name that leads to a forbidden address among good ones', async () => {
  answerLookups([
    { address: '93.184.216.34', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ]);
  await expect(connect('mixed.example.com')).rejects.toMatchObject({ code: 'HOST_FORBIDDEN' });
  expect(connections).toBe(0);
});

it('judges a name anew at every connection, and connects to the address it has judged', async () => {
  setNetworkPolicy({ allowed: [], loopback: true });
  answerLookups([{ address: '127.0.0.1', family: 4 }], [{ address: '169.254.169.254', family: 4 }]);
  const fetch = createGuardedFetch(networkPolicy());
  expect((await fetch(`http://rebinding.example.com:${port}/`, {})).status).toBe(302);
  await expect(connect('rebinding.example.com')).rejects.toMatchObject({ code: 'HOST_FORBIDDEN' });
});

it('follows no redirect', async () => {
  const response = await createGuardedFetch({ allowed: ['127.0.0.1'], loopback: false })(
    `http://127.0.0.1:${port}`,
    {},
  );
  expect([response.status, connections]).toEqual([302, 1]);
});

it('takes no path of a local socket for a host', async () => {
  await expect(connect('/tmp')).rejects.toMatchObject({ code: 'HOST_FORBIDDEN' });
});

it('lets the operator allow what would be refused', async () => {
  const plain = createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const socket = guardSocket(new Socket(), { allowed: ['localhost'], loopback: false });
  const answer = new Promise((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
  socket.connect((plain.address() as AddressInfo).port, 'localhost');
  expect(await answer).toBe('hello');
  plain.close();
});

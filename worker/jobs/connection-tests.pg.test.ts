import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberActor } from '@/server/auth/actor.ts';
import { readConnectionTest } from '@/server/connection-tests/read-connection-test.ts';
import { startDestinationTest } from '@/server/connection-tests/start-destination-test.ts';
import { startSourceTest } from '@/server/connection-tests/start-source-test.ts';
import type { ConnectionTest } from '@/server/connection-tests/test-view.ts';
import { listDestinations } from '@/server/destinations/list-destinations.ts';
import { lakeNamespaces } from '@/server/lake/lake-namespaces.ts';
import { answerInquiries } from '@/worker/testing/answer-inquiries.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';

const viewer = memberActor({ id: 'mem_viewer', role: 'viewer' }, null);
/** Everybody has few tests a minute, so each case has a person of its own. */
let serial = 0;
const newAdmin = () => memberActor({ id: `mem_${++serial}`, role: 'admin' }, null);

let installation: TestInstallation;
let deps: ReturnType<typeof answerInquiries>;
beforeAll(async () => {
  installation = await openTestInstallation();
  deps = answerInquiries(installation.control, installation.deps);
  await installation.source.query('create table orders (id int primary key, note text)');
  await installation.source.query('create table loose (note text)');
});
afterAll(async () => {
  await deps.done();
  await installation[Symbol.asyncDispose]();
});

const candidate = () => {
  const { host, port, database, user, password } = installation.source.connection;
  return { host, port, database, username: user, password, tlsMode: 'disable' as const };
};

async function outcome(actor: ReturnType<typeof newAdmin>, asked: Promise<ConnectionTest>): Promise<ConnectionTest> {
  const { testId } = await asked;
  await deps.done();
  return readConnectionTest(deps, actor, { testId });
}

const codes = ({ findings }: ConnectionTest) => findings.map(({ code }) => code);

describe('a source test', () => {
  it('connects and tells what a pipeline would lack', async () => {
    const admin = newAdmin();
    const tables = [
      { schema: 'public', table: 'orders', mode: 'mirror' as const },
      { schema: 'public', table: 'loose', mode: 'mirror' as const },
    ];
    const test = await outcome(admin, startSourceTest(deps, admin, { candidate: candidate(), tables }));
    expect(test).toMatchObject({ state: 'failed', subject: 'source' });
    expect(test.server?.version).toMatch(/^\d+/);
    expect(codes(test)).toEqual(expect.arrayContaining(['connected', 'no_replica_identity']));
    expect(test.findings.filter(({ severity }) => severity === 'error').map(({ subject }) => subject)).toEqual([
      'public.loose',
    ]);
  });

  it('says that a server offers no TLS, instead of that there is none', async () => {
    const admin = newAdmin();
    const test = await outcome(
      admin,
      startSourceTest(deps, admin, { candidate: { ...candidate(), tlsMode: 'require' } }),
    );
    expect(codes(test)).toEqual(['SOURCE_WITHOUT_TLS']);
    expect(test.findings[0]?.remedy).toMatch(/set TLS of the source to disable/);
  });

  it('passes for a saved source, with nothing to do', async () => {
    const admin = newAdmin();
    const test = await outcome(admin, startSourceTest(deps, admin, { sourceId: installation.sourceId }));
    expect(test.state).toBe('passed');
    expect(Date.parse(test.expiresAt) - Date.parse(test.createdAt)).toBe(600_000);
  });

  it('says that the server refused the credentials, without repeating them', async () => {
    const admin = newAdmin();
    const wrong = { ...candidate(), password: 'wr0ng-canary' };
    const test = await outcome(admin, startSourceTest(deps, admin, { candidate: wrong }));
    expect(test.state).toBe('failed');
    expect(codes(test)).toEqual(['SOURCE_REFUSED']);
    expect(JSON.stringify(test)).not.toContain('canary');
  });

  it('tells a closed port and a foreign service apart neither by words nor by time', async () => {
    const admin = newAdmin();
    await using foreign = await serveGreeting();
    const closed = await closedPort();
    const began = performance.now();
    const [first, second] = await Promise.all(
      [foreign.port, closed].map((port) => startSourceTest(deps, admin, { candidate: { ...candidate(), port } })),
    );
    await deps.done();
    expect(performance.now() - began).toBeGreaterThan(4_900);
    const tests = await Promise.all(
      [first, second].map((test) => readConnectionTest(deps, admin, { testId: test?.testId ?? '' })),
    );
    const told = tests.map(({ findings }) => findings.map(({ subject: _, ...finding }) => finding));
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toMatchObject([{ code: 'SOURCE_UNREACHABLE' }]);
  });

  it('never sends a stored password to another address', async () => {
    const moved = startSourceTest(deps, newAdmin(), {
      sourceId: installation.sourceId,
      overrides: { host: 'elsewhere.example.com' },
    });
    await expect(moved).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('stores the candidate sealed, and shows it to nobody else', async () => {
    const admin = newAdmin();
    const { testId } = await startSourceTest(deps, admin, {
      candidate: { ...candidate(), password: 'canary-password' },
    });
    const { rows } = await installation.database.pool.query<{ row: string }>(
      `select encode(question_sealed, 'escape') || inquiry::text as row from inquiry where id = $1`,
      [testId],
    );
    expect(rows[0]?.row).not.toContain('canary-password');
    await expect(readConnectionTest(deps, newAdmin(), { testId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is for those who may change sources, and not for ever', async () => {
    await expect(startSourceTest(deps, viewer, { candidate: candidate() })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const admin = newAdmin();
    for (let round = 0; round < 10; round++) await startSourceTest(deps, admin, { sourceId: installation.sourceId });
    const eleventh = startSourceTest(deps, admin, { sourceId: installation.sourceId });
    await expect(eleventh).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('a destination test', () => {
  it('makes a round trip and leaves nothing behind', async () => {
    const admin = newAdmin();
    const { destinationId } = installation;
    const before = await lakeNamespaces(deps, admin, { destinationId });
    const test = await outcome(admin, startDestinationTest(deps, admin, { destinationId }));
    expect(test.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['storage', 'ok'],
      ['catalog', 'ok'],
      ['round_trip', 'ok'],
    ]);
    expect(test.state).toBe('passed');
    expect(await lakeNamespaces(deps, admin, { destinationId })).toEqual(before);
    const [shown] = (await listDestinations(deps, admin)).items;
    expect(shown?.lastCheck).toMatchObject({ blocking: 0, warnings: 0, errorCode: null });
  });

  it('names a catalog that is none and a folder that is not ours', async () => {
    const admin = newAdmin();
    const rest = {
      catalog: {
        kind: 'rest' as const,
        uri: `http://127.0.0.1:${await closedPort()}`,
        warehouse: 'w',
        auth: { kind: 'none' as const },
      },
    };
    const test = await outcome(admin, startDestinationTest(deps, admin, { candidate: rest }));
    expect(codes(test)).toEqual(['CATALOG_UNREACHABLE', 'storage']);
    const foreign = startDestinationTest(deps, admin, {
      candidate: { storage: { kind: 'file', root: pathToFileURL('/etc').href } },
    });
    await expect(foreign).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

/** A port that greets with something that is not PostgreSQL's. */
async function serveGreeting(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH_9.9\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

const portOf = (server: ReturnType<typeof createServer>): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

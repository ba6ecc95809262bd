import { createHash, randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openDatabase } from '@/db/client.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { createRateLimit } from '@/server/api/rate-limit.ts';
import { mintToken, readToken } from '@/server/auth/api-key-token.ts';
import type { Role, Scope } from '@/server/auth/scopes.ts';
import { createCatalogHandler } from '@/server/catalog/catalog-handler.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createEventHub } from '@/server/events/event-hub.ts';
import { type Log, silentLog } from '@/server/platform/logger.ts';
import { newId } from '@/server/platform/new-id.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { catalogCallerOf } from '@/server/web/authenticate.ts';
import { CATALOG_PATH, createFrontDoor } from '@/server/web/front-door.ts';
import { openQueueBoard } from '@/server/web/queue-board.ts';
import { createSignInDesk } from '@/server/web/sign-in-desk.ts';

export type Sent = { method?: string; headers?: Record<string, string>; body?: string };
export type Answer = { status: number; headers: IncomingHttpHeaders; text: string; json(): unknown };
export type Site = Awaited<ReturnType<typeof openSite>>;

const INTERNAL_KEY = 'i'.repeat(40);

/** A real front door over a real, empty database; the console is one word, so that no build is needed. */
export async function openSite(options: { log?: Log; callsMax?: number; env?: Readonly<Record<string, string>> } = {}) {
  const test = await openTestDatabase({ migrated: true });
  const server = createServer((request, response) => void door(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { config, secrets } = loadConfig({
    DATABASE_URL: test.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PHILOTES_SESSION_SECRET: 's'.repeat(32),
    PHILOTES_INTERNAL_KEY: INTERNAL_KEY,
    PHILOTES_PORT: String(port),
    ...options.env,
  });
  const database = openDatabase(test.url);
  const deps = {
    database,
    sealer: createSealer(secrets.encryptionKey),
    config,
    log: options.log ?? silentLog,
    nudge: silentNudge,
  };
  const events = createEventHub(deps);
  const board = openQueueBoard(secrets.redisUrl, silentLog);
  const door = createFrontDoor({
    deps,
    catalog: createCatalogHandler({
      pool: database.pool,
      findWarehouse: async () => null,
      authorize: (request) => catalogCallerOf({ database, secrets }, request),
      log: silentLog,
      basePath: CATALOG_PATH,
    }),
    pages: async (_request, response) => void response.end('console'),
    limitCalls: createRateLimit(database.pool, { actorCallsMax: options.callsMax ?? 1_000_000 }),
    board,
    desk: createSignInDesk(deps, secrets),
    events,
    internalKey: INTERNAL_KEY,
  });
  const members = new Map<Role, string>();

  async function memberOf(role: Role): Promise<string> {
    const known = members.get(role);
    if (known) return known;
    const id = newId('mem');
    await test.query(`insert into member (id, email, role) values ($1, $2, $3)`, [id, `${role}@example.com`, role]);
    members.set(role, id);
    return id;
  }

  return {
    port,
    deps,
    origin: `http://127.0.0.1:${port}`,
    query: test.query,
    memberOf,
    /** An API key of a member of that role, with these rights. */
    async keyOf(role: Role, scopes: readonly Scope[]): Promise<string> {
      const id = newId('key');
      const token = mintToken(id);
      await test.query(`insert into api_key (id, name, owner_id, secret_hash, scopes) values ($1, $1, $2, $3, $4)`, [
        id,
        await memberOf(role),
        readToken(token)?.secretHash,
        JSON.stringify(scopes),
      ]);
      return token;
    },
    /** The cookie of a member of that role who is signed in. */
    async cookieOf(role: Role): Promise<string> {
      const token = randomBytes(32).toString('base64url');
      await test.query(
        `insert into session (token_hash, member_id, expires_at) values ($1, $2, now() + interval '1 day')`,
        [createHash('sha256').update(token).digest(), await memberOf(role)],
      );
      return `philotes-session=${token}`;
    },
    /** Sends exactly this: `fetch` would forbid some headers and tidy the path. */
    send: (path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}): Promise<Answer> =>
      new Promise((resolve, reject) => {
        // Node frames the body of a GET only when it is told how long it is.
        const framed = body === '' ? headers : { 'Content-Length': String(Buffer.byteLength(body)), ...headers };
        const request = httpRequest({ port, host: '127.0.0.1', path, method, headers: framed }, async (response) => {
          let text = '';
          for await (const chunk of response) text += chunk;
          const { statusCode = 0, headers: sent } = response;
          resolve({ status: statusCode, headers: sent, text, json: () => JSON.parse(text) });
        });
        request.on('error', reject);
        request.end(body);
      }),
    async [Symbol.asyncDispose]() {
      events.close();
      await board[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

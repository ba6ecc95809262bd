import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { AppError } from '@/server/errors/app-error.ts';
import { guardSocket } from '@/server/network/guard-socket.ts';
import { networkPolicy } from '@/server/network/process-policy.ts';
import { sourceError } from './source-error.ts';

/** Where a source database is and who we are there. `password` is a secret: never logged. */
export type SourceConnection = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: {
    /** `require` encrypts without checking who answers; `verify-full` checks the certificate and the host name. */
    readonly mode: 'disable' | 'require' | 'verify-full';
    /** PEM certificates to trust instead of the system's. */
    readonly ca?: string;
  };
};

type SessionOptions = {
  applicationName: string;
  connectTimeoutMs?: number;
  /** After which a query of this session fails on our side; default: never. */
  queryTimeoutMs?: number;
  /** Makes the session's socket, where it is not encrypted: the driver wraps the socket of one that is. */
  socket?: () => Socket;
};

const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Text formats of values depend on the session, and roles and databases may carry other defaults, so every session that
 * reads values pins them (manual: "Client Connection Defaults"). `search_path` decides how type and regclass names print;
 * `row_security=off` turns silently missing rows into an error.
 */
const SESSION_SETTINGS = {
  client_encoding: 'UTF8',
  datestyle: 'ISO,MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '3',
  bytea_output: 'hex',
  lc_monetary: 'C',
  quote_all_identifiers: 'off',
  search_path: 'pg_catalog',
  row_security: 'off',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  lock_timeout: '10s',
} as const;

/** The driver's configuration for one session on the source; connection strings are never parsed or built. */
export function sourceClientConfig(source: SourceConnection, options: SessionOptions): ClientConfig {
  const { applicationName, connectTimeoutMs = 10_000, queryTimeoutMs, socket } = options;
  return {
    host: source.host,
    port: source.port,
    database: source.database,
    user: source.user,
    password: source.password,
    ssl: tlsConfig(source.tls),
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ...(queryTimeoutMs === undefined ? {} : { query_timeout: queryTimeoutMs }),
    // At every connection: a name may lead elsewhere than it did before.
    stream: () => guardSocket(socket && source.tls.mode === 'disable' ? socket() : new Socket(), networkPolicy()),
    options: Object.entries(SESSION_SETTINGS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  };
}

/** A connected, verified session; disposing it closes the connection. */
export type SourceSession = AsyncDisposable & { readonly client: Client };

/**
 * Opens a session with pinned settings and checks that they took effect (a pooler may drop them).
 * Throws SOURCE_UNREACHABLE, SOURCE_WITHOUT_TLS, SOURCE_REFUSED or SOURCE_SETTINGS.
 */
export async function openSourceSession(source: SourceConnection, options: SessionOptions): Promise<SourceSession> {
  const client = new Client(sourceClientConfig(source, options));
  // A lost idle connection also emits `error`; the next query reports it, so nothing is missed here.
  client.on('error', () => undefined);
  const session: SourceSession = { client, [Symbol.asyncDispose]: () => closeClient(client) };
  try {
    await client.connect();
    await verifySessionSettings(client);
  } catch (error) {
    await closeClient(client);
    throw sourceError(error, `connecting to ${source.host}:${source.port}/${source.database}`);
  }
  return session;
}

/** Closes in an orderly way when the other side answers, and at once when it does not. Best effort: never throws. */
async function closeClient(client: Client): Promise<void> {
  const giveUp = setTimeout(() => socketOf(client).destroy(), CLOSE_TIMEOUT_MS);
  try {
    await client.end();
  } catch {
    socketOf(client).destroy();
  } finally {
    clearTimeout(giveUp);
  }
}

/** The driver keeps its socket in a property that its types leave out; its exact version is pinned and tested. */
export const socketOf = (client: Client): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

/** Throws SOURCE_SETTINGS naming the settings that the session did not take over. */
export async function verifySessionSettings(client: Client): Promise<void> {
  const names = Object.keys(SESSION_SETTINGS);
  const { rows } = await client.query<Record<string, string>>(
    `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
  );
  const actual = rows[0] ?? {};
  const wrong = Object.entries(SESSION_SETTINGS)
    .filter(([name, value]) => normalized(actual[name] ?? '') !== normalized(value))
    .map(([name]) => name);
  if (wrong.length === 0) return;
  throw new AppError('SOURCE_SETTINGS', `the session did not take over: ${wrong.join(', ')}`);
}

const normalized = (setting: string): string => setting.replaceAll(' ', '').toLowerCase();

function tlsConfig(tls: SourceConnection['tls']): NonNullable<ClientConfig['ssl']> {
  switch (tls.mode) {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-full':
      return { rejectUnauthorized: true, ...(tls.ca === undefined ? {} : { ca: tls.ca }) };
  }
}

import dns, { type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { AppError } from '@/server/errors/app-error.ts';
import { mayConnect, type NetworkPolicy } from './network-policy.ts';

/**
 * Resolves a name and hands out its addresses only if each of them may be connected to, so that the address that was
 * checked is the one that is used; for the `lookup` of sockets. Sockets skip it for literal addresses: see `requireHost`.
 */
export const guardedLookup =
  (policy: NetworkPolicy): LookupFunction =>
  (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const refused = refusalOf(policy, hostname, addresses);
      if (refused) return callback(refused, '', 0);
      const [first] = addresses;
      if (options.all) return callback(null, addresses);
      callback(null, first?.address ?? '', first?.family);
    });
  };

/** Throws HOST_FORBIDDEN for a literal address that may not be connected to. Names are judged when they are resolved. */
export function requireHost(policy: NetworkPolicy, host: string): void {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare.split('%')[0] ?? '') === 0) return;
  const refused = refusalOf(policy, host, [{ address: bare, family: 0 }]);
  if (refused) throw refused;
}

/** One address that is not allowed is enough: a name may not hide it among good ones. */
function refusalOf(policy: NetworkPolicy, host: string, addresses: readonly LookupAddress[]): AppError | null {
  if (addresses.length > 0 && addresses.every(({ address }) => mayConnect(policy, host, address))) return null;
  return new AppError('HOST_FORBIDDEN', `${host} leads to an address that this installation does not connect to`);
}

/** The refusal behind a failure: clients wrap what a look-up or a socket threw. */
export function refusalIn(error: unknown): AppError | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AppError && at.code === 'HOST_FORBIDDEN') return at;
  }
  return null;
}

type Limits = { readonly bytesMax: number; readonly millisecondsMax: number };

/**
 * A pair of agents for clients built on node:http. Every socket goes to a checked address. With limits, each serves one
 * request and is cut when the answer is larger or takes longer in all, however slowly it drips.
 */
export function guardedAgents(
  policy: NetworkPolicy,
  options: http.AgentOptions & https.AgentOptions = {},
  limits?: Limits,
): { http: http.Agent; https: https.Agent } {
  const guarded = { ...options, lookup: guardedLookup(policy) };
  const plain = new http.Agent(guarded);
  const secure = new https.Agent(guarded);
  guardAgent(plain, policy, limits);
  guardAgent(secure, policy, limits);
  return { http: plain, https: secure };
}

type Connecting = { createConnection(options: { host?: string | null }, done?: unknown): Socket | null | undefined };

/** `createConnection` is where an agent names the host; the types leave out that it is the agent's own method. */
function guardAgent(agent: http.Agent, policy: NetworkPolicy, limits: Limits | undefined): void {
  const connecting = agent as unknown as Connecting;
  const create = connecting.createConnection;
  connecting.createConnection = function (options, done) {
    requireHost(policy, options.host ?? 'localhost');
    const socket = create.call(this, options, done);
    if (socket && limits) limitSocket(socket, limits);
    return socket;
  };
}

function limitSocket(socket: Socket, { bytesMax, millisecondsMax }: Limits): void {
  const timer = setTimeout(() => socket.destroy(new Error('the answer took too long')), millisecondsMax);
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes > bytesMax) socket.destroy(new Error('the answer is too large'));
  });
  socket.on('close', () => clearTimeout(timer));
}

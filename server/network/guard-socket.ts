import type { Socket } from 'node:net';
import { AppError } from '@/server/errors/app-error.ts';
import { guardedLookup, requireHost } from './guard.ts';
import type { NetworkPolicy } from './network-policy.ts';

/**
 * Lets a socket connect to checked addresses only, for drivers that take a socket and call `connect(port, host)` on it.
 * Paths of local sockets, which such drivers take for a host that begins with a slash, are refused. Refusals arrive as the
 * socket's error.
 */
export function guardSocket(socket: Socket, policy: NetworkPolicy): Socket {
  const connect = socket.connect.bind(socket);
  const guarded = (port: unknown, host: unknown): Socket => {
    try {
      if (typeof port !== 'number' || typeof host !== 'string') {
        throw new AppError('HOST_FORBIDDEN', 'only host names and addresses are connected to');
      }
      requireHost(policy, host);
      return connect({ port, host, lookup: guardedLookup(policy) });
    } catch (error) {
      // The driver listens only after this call.
      process.nextTick(() => socket.destroy(error instanceof Error ? error : undefined));
      return socket;
    }
  };
  return Object.defineProperty(socket, 'connect', { value: guarded });
}

import type { Server } from 'node:net';
import { AppError } from '@/server/errors/app-error.ts';

/** With this code a process ends whose port another program has: a launcher that chose the port can choose again. */
export const PORT_TAKEN_EXIT = 98;
/** What a process tells its launcher, if it has one, as soon as it listens. */
export const LISTENING = 'listening';

/** Listens, and says so to the launcher. Throws PORT_TAKEN, which names the setting that the port comes from. */
export async function listen(
  server: Server,
  { host, port, setting }: { host: string; port: number; setting: string },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portTaken(port, setting, error) : error);
    });
    server.listen(port, host, resolve);
  });
  process.send?.(LISTENING);
}

export const portTaken = (port: number, setting: string, cause?: unknown): AppError =>
  new AppError('PORT_TAKEN', `port ${port} (${setting}) is taken by another program`, { cause });

/** What a process ends with because of an error. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof AppError && error.code === 'PORT_TAKEN' ? PORT_TAKEN_EXIT : 1;

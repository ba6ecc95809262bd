import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AppError } from '@/server/errors/app-error.ts';
import { SERVICE_ENV } from './service-env.ts';

export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * The system user that runs embedded services when we are root, since PostgreSQL refuses to run as root. `philotes` is
 * created when missing; where that is not possible an existing service user is taken. Undefined when we are not root.
 */
export async function unprivilegedUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const ours = await lookUp('philotes');
  if (ours) return ours;
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    'philotes',
  ]).catch(
    () => undefined, // No useradd, a read-only /etc, or another process was faster: looked up again below.
  );
  for (const name of ['philotes', 'postgres', '_postgres', 'nobody']) {
    const user = await lookUp(name);
    if (user) return user;
  }
  throw new AppError('EMBEDDED_SERVICE_FAILED', 'no unprivileged system user could be created or found');
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  try {
    const uid = Number((await run('id', ['-u', name])).stdout);
    const gid = Number((await run('id', ['-g', name])).stdout);
    return uid > 0 ? { name, uid, gid } : undefined;
  } catch {
    return undefined; // `id` exits with 1 for unknown names.
  }
}

const run = (command: string, args: string[]) => promisify(execFile)(command, args, { env: SERVICE_ENV });

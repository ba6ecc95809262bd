import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@/server/errors/app-error.ts';
import { SERVICE_ENV, SYSTEM_PATH } from './service-env.ts';

export type RedisProgram = { readonly file: string; readonly argv0: string };

/**
 * Finds `redis-server` or `valkey-server`. As root on Debian or Ubuntu it is installed when missing: from the package
 * `redis-tools`, whose `redis-check-rdb` is the same program as `redis-server` (it looks at the name it was called by)
 * and which, other than the package `redis-server`, starts no service on port 6379.
 */
export async function findRedis(options: { path: string; announce: (line: string) => void }): Promise<RedisProgram> {
  const found = search(options.path);
  if (found) return found;
  if (process.getuid?.() !== 0 || !onPath('apt-get', options.path)) throw missing();
  for (const packageName of ['redis-tools', 'redis-server']) {
    options.announce(`Redis is missing: installing Debian's package ${packageName} (apt-get install)`);
    await install(packageName);
    const installed = search(options.path);
    if (installed) return installed;
  }
  throw missing();
}

function search(path: string): RedisProgram | undefined {
  for (const name of ['redis-server', 'valkey-server']) {
    const file = onPath(name, path);
    if (file) return { file, argv0: name };
  }
  const checker = onPath('redis-check-rdb', path);
  return checker && process.platform === 'linux' ? { file: checker, argv0: 'redis-server' } : undefined;
}

function onPath(name: string, path: string): string | undefined {
  for (const folder of [...path.split(delimiter), ...SYSTEM_PATH.split(':')]) {
    if (folder === '') continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

async function install(packageName: string): Promise<void> {
  const env = { ...SERVICE_ENV, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args: string[]) => promisify(execFile)('apt-get', args, { env, maxBuffer: 64 * 1024 * 1024 });
  const args = ['install', '-y', '--no-install-recommends', packageName];
  try {
    // The package lists may be missing or old (container images ship without them).
    await run(args).catch(async () => {
      await run(['update']);
      return await run(args);
    });
  } catch (cause) {
    throw new AppError('EMBEDDED_SERVICE_FAILED', `apt-get could not install ${packageName}: ${lastLine(cause)}`, {
      cause,
    });
  }
}

const lastLine = (error: unknown): string =>
  error instanceof Error && 'stderr' in error ? (String(error.stderr).trim().split('\n').at(-1) ?? '') : String(error);

const missing = () =>
  new AppError(
    'REDIS_MISSING',
    'no Redis found: REDIS_URL is not set, and neither redis-server nor valkey-server is on PATH',
  );

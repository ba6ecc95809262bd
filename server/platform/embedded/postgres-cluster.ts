import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { AppError } from '@/server/errors/app-error.ts';
import { ROOT_STATE_DIR } from './postgres-binaries.ts';
import { stopLeftover } from './postmaster-file.ts';
import { SERVICE_ENV } from './service-env.ts';
import type { SystemUser } from './unprivileged-user.ts';

/** Where a cluster lives and how its superuser signs in. Kept in `cluster.json` of the data folder. */
export type Cluster = { readonly location: string; readonly user: string; readonly password: string };

const clusterFile = z.object({ location: z.string(), user: z.string(), password: z.string() });

/** Opens the cluster of a data folder, creating it (initdb, about three seconds) the first time. */
export async function openCluster(options: {
  dataDir: string;
  binaries: string;
  runAs: SystemUser | undefined;
  /** False skips fsync while creating: for throw-away clusters. */
  durable: boolean;
}): Promise<Cluster> {
  const { dataDir, runAs } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const known = await readCluster(dataDir);
  if (known && existsSync(join(known.location, 'PG_VERSION'))) return known;
  const home = runAs ? rootHome(dataDir) : dataDir;
  const cluster = { location: join(home, 'data'), user: 'philotes', password: randomBytes(24).toString('base64url') };
  // A folder without the pointer to it is what a deleted data folder or an interrupted creation left behind.
  await stopLeftover(cluster.location);
  await rm(runAs ? home : cluster.location, { recursive: true, force: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (runAs) await chown(home, runAs.uid, runAs.gid);
  await initialise({ ...options, home, cluster });
  await writeFile(join(dataDir, 'cluster.json'), `${JSON.stringify(cluster)}\n`, { mode: 0o600 });
  return cluster;
}

/** Removes a stopped cluster, also the part outside the data folder. */
export async function removeCluster(dataDir: string): Promise<void> {
  const known = await readCluster(dataDir);
  if (known) await stopLeftover(known.location);
  if (process.getuid?.() === 0) await rm(rootHome(dataDir), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}

async function readCluster(dataDir: string): Promise<Cluster | undefined> {
  const path = join(dataDir, 'cluster.json');
  return existsSync(path) ? clusterFile.parse(JSON.parse(await readFile(path, 'utf8'))) : undefined;
}

const rootHome = (dataDir: string): string =>
  join(ROOT_STATE_DIR, `cluster-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);

async function initialise(options: {
  binaries: string;
  runAs: SystemUser | undefined;
  durable: boolean;
  home: string;
  cluster: Cluster;
}): Promise<void> {
  const { binaries, runAs, durable, home, cluster } = options;
  const passwordFile = join(home, 'initial-password');
  await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  if (runAs) await chown(passwordFile, runAs.uid, runAs.gid);
  // Created beside its place and renamed: an interrupted initdb leaves nothing that looks finished.
  const staging = `${cluster.location}.new`;
  await rm(staging, { recursive: true, force: true });
  const args = [
    `--pgdata=${staging}`,
    `--username=${cluster.user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await promisify(execFile)(join(binaries, 'bin/initdb'), args, {
      cwd: home,
      env: SERVICE_ENV,
      ...(runAs ? { uid: runAs.uid, gid: runAs.gid } : {}),
    });
    await rename(staging, cluster.location);
  } catch (cause) {
    throw new AppError('EMBEDDED_SERVICE_FAILED', `initdb could not create a cluster in ${staging}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

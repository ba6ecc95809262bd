import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';

const credentialsFile = z.strictObject({
  url: z.string(),
  /** An API key, or the cookie of a session. */
  token: z.string().optional(),
  cookie: z.string().optional(),
});

/** Where an installation is and who we are there. */
export type Credentials = z.output<typeof credentialsFile>;

/** `PHILOTES_CLI_CONFIG`, else `philotes/credentials.json` in the XDG configuration folder. */
export function credentialsPath(env: CliIo['env']): string {
  const home = env.HOME || homedir();
  return env.PHILOTES_CLI_CONFIG || join(env.XDG_CONFIG_HOME || join(home, '.config'), 'philotes', 'credentials.json');
}

/** What `login` stored; null when nobody did. Refuses a file that others may read. */
export function loadCredentials(env: CliIo['env']): Credentials | null {
  const path = credentialsPath(env);
  if (!existsSync(path)) return null;
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new CliError('USAGE', `${path} may be read by others`, `Make it yours: chmod 600 ${path}`);
  }
  try {
    return credentialsFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new CliError('USAGE', `${path} holds no credentials`, 'Run philotes login again.');
  }
}

/** For nobody but this user, from the first byte on. */
export function saveCredentials(env: CliIo['env'], credentials: Credentials): string {
  const path = credentialsPath(env);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  return path;
}

export const removeCredentials = (env: CliIo['env']): void => rmSync(credentialsPath(env), { force: true });

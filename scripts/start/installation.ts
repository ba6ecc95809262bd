import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';

const secretsFile = z.object({
  encryptionKey: z.string(),
  sessionSecret: z.string(),
  internalKey: z.string(),
  ownerEmail: z.string(),
  ownerPassword: z.string(),
  /** Read-only API key of the printed snippets; made at the first start. */
  readKey: z.string().optional(),
});
const portsFile = z.object({
  postgres: z.number().optional(),
  redis: z.number().optional(),
  web: z.number().optional(),
  worker: z.number().optional(),
});

export type InstallationSecrets = z.infer<typeof secretsFile>;
export type Ports = z.infer<typeof portsFile>;

/** What one data folder keeps between starts. Secrets are generated once: without them stored credentials are lost. */
export type Installation = {
  readonly dataDir: string;
  readonly secrets: InstallationSecrets;
  /** Ports of the last start, preferred at the next so that addresses stay. */
  readonly ports: Ports;
  path(...parts: string[]): string;
  saveSecrets(secrets: InstallationSecrets): void;
  savePorts(ports: Ports): void;
  /** What web and worker run with, for commands on this host. */
  saveEnvironment(env: Readonly<Record<string, string>>): void;
};

/** The data folder: `PHILOTES_DATA_DIR`, else `.philotes` in the clone. */
export const dataDirOf = (env: NodeJS.ProcessEnv): string => resolve(env.PHILOTES_DATA_DIR || '.philotes');

export function openInstallation(dataDir: string): Installation {
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  const secretsPath = join(dataDir, 'secrets.json');
  if (!existsSync(secretsPath)) writeJson(secretsPath, newSecrets());
  const portsPath = join(dataDir, 'ports.json');
  return {
    dataDir,
    secrets: secretsFile.parse(JSON.parse(readFileSync(secretsPath, 'utf8'))),
    ports: existsSync(portsPath) ? portsFile.parse(JSON.parse(readFileSync(portsPath, 'utf8'))) : {},
    path: (...parts) => join(dataDir, ...parts),
    saveSecrets: (secrets) => writeJson(secretsPath, secrets),
    savePorts: (ports) => writeJson(portsPath, ports),
    saveEnvironment: (env) => writeJson(join(dataDir, 'environment.json'), env),
  };
}

const newSecrets = (): InstallationSecrets => ({
  encryptionKey: randomBytes(32).toString('base64'),
  sessionSecret: randomBytes(48).toString('base64url'),
  internalKey: randomBytes(48).toString('base64url'),
  ownerEmail: 'owner@philotes.local',
  ownerPassword: randomBytes(15).toString('base64url'),
});

/** Whole or not at all: written beside its place and renamed. */
function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

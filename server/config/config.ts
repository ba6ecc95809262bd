import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as z from 'zod';
import type { NetworkPolicy } from '@/server/network/network-policy.ts';
import { readConfigFile } from './config-file.ts';
import { describeProblem } from './describe-problem.ts';
import { CLI_VARIABLES, CONFIG_VARIABLE, type LOG_LEVELS, settings } from './settings.ts';

/** Settings of an installation that may be shown. */
export type Config = {
  /** Address and port that the console, the API and the embedded catalog listen on. */
  readonly host: string;
  readonly port: number;
  /** Where browsers reach the console; no trailing slash. */
  readonly publicUrl: string;
  /** Where workers reach the embedded catalog; no trailing slash. */
  readonly catalogUrl: string;
  /** Health and metrics of a worker process. */
  readonly workerPort: number;
  readonly logLevel: LogLevel;
  readonly dataDir: string;
  /** Scratch of the workers: staged files, DuckDB's temporary directory. */
  readonly workDir: string;
  /** `file://` root of the embedded warehouse, without a trailing slash. */
  readonly warehouseRoot: string;
  /** Files that nothing names are removed once they are this old. */
  readonly orphanAgeHours: number;
  readonly duckdb: { readonly memoryMb: number; readonly threads: number };
  /** The first owner, made at start-up when no member exists yet. */
  readonly ownerEmail: string | undefined;
  /** Where hosts that people name may lead to. */
  readonly network: NetworkPolicy;
  /** Addresses and networks of proxies that may say whom they speak for. */
  readonly trustedProxies: readonly string[];
  /** The identity provider, where the environment names it. */
  readonly oidc: OidcConfig | undefined;
};

export type OidcConfig = {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: string;
  readonly groupsClaim: string;
  readonly allowedDomains: readonly string[];
  readonly groupRoles: readonly {
    readonly group: string;
    readonly role: 'viewer' | 'operator' | 'admin' | 'owner';
  }[];
  /** Of whom no group gives a role; null keeps them out. */
  readonly defaultRole: 'viewer' | 'operator' | 'admin' | null;
};

/** Settings that no log, error or interface may ever show. */
export type Secrets = {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** 32 bytes. */
  readonly encryptionKey: Buffer;
  /** What secrets may still be sealed with while the key is changed. */
  readonly previousEncryptionKey: Buffer | undefined;
  readonly sessionSecret: string;
  /** Bearer of the workers at the embedded catalog. */
  readonly internalKey: string;
  readonly ownerPassword: string | undefined;
  readonly oidcClientSecret: string | undefined;
};

export type LogLevel = (typeof LOG_LEVELS)[number];

/** A configuration that cannot be used: every problem at once, each with its remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads philotes.yaml and the environment once; the environment wins, and variables that are empty count as absent.
 * Throws ConfigError naming each setting that is missing, malformed or unknown; values are never part of the message.
 */
export function loadConfig(env: Env = process.env): { config: Config; secrets: Secrets } {
  const file = readConfigFile(env);
  const own = Object.fromEntries(Object.entries(env).filter(([name, value]) => isOurs(name) && value));
  const parsed = settings.safeParse({ ...file.values, ...own });
  const fromFile = new Set(Object.keys(file.values).filter((name) => !(name in own)));
  const problems = parsed.success
    ? []
    : parsed.error.issues
        .filter(({ path }) => !file.broken.has(String(path[0])))
        .flatMap((issue) => describeProblem(issue, fromFile));
  if (!parsed.success || file.problems.length > 0) throw new ConfigError(complaint([...file.problems, ...problems]));
  return arrange(parsed.data);
}

/**
 * The environment with philotes.yaml's settings filled in where it says nothing, for programs that start others.
 * Throws ConfigError when the file cannot be used.
 */
export function withConfigFile(env: Env): Readonly<Record<string, string | undefined>> {
  const { values, problems } = readConfigFile(env);
  if (problems.length > 0) throw new ConfigError(complaint(problems));
  const own = Object.entries(env).filter(([, value]) => value);
  return { ...env, ...values, ...Object.fromEntries(own) };
}

const complaint = (problems: readonly string[]): string =>
  `the configuration cannot be used:\n${problems.map((line) => `  - ${line}`).join('\n')}`;

const NOT_SETTINGS = new Set([CONFIG_VARIABLE, ...CLI_VARIABLES]);
const isOurs = (name: string): boolean =>
  name in settings.shape || (name.startsWith('PHILOTES_') && !NOT_SETTINGS.has(name));

const withoutTrailingSlash = (text: string): string => text.replace(/\/+$/, '');

function arrange(env: z.output<typeof settings>): { config: Config; secrets: Secrets } {
  const dataDir = resolve(env.PHILOTES_DATA_DIR);
  const site = withoutTrailingSlash(env.PHILOTES_PUBLIC_URL ?? `http://127.0.0.1:${env.PHILOTES_PORT}`);
  return {
    config: {
      host: env.PHILOTES_HOST,
      port: env.PHILOTES_PORT,
      publicUrl: site,
      catalogUrl: withoutTrailingSlash(env.PHILOTES_CATALOG_URL ?? `${site}/api/catalog`),
      workerPort: env.PHILOTES_WORKER_PORT,
      logLevel: env.PHILOTES_LOG_LEVEL,
      dataDir,
      workDir: resolve(env.PHILOTES_WORK_DIR ?? `${dataDir}/work`),
      warehouseRoot: pathToFileURL(`${dataDir}/warehouse`).href,
      orphanAgeHours: env.PHILOTES_ORPHAN_AGE_HOURS,
      duckdb: { memoryMb: env.PHILOTES_DUCKDB_MEMORY_MB, threads: env.PHILOTES_DUCKDB_THREADS },
      ownerEmail: env.PHILOTES_OWNER_EMAIL,
      // The public URL uses http on this machine only, so that then everything is.
      network: { allowed: env.PHILOTES_ALLOWED_HOSTS ?? [], loopback: new URL(site).protocol === 'http:' },
      trustedProxies: env.PHILOTES_TRUSTED_PROXIES ?? [],
      oidc: oidcOf(env),
    },
    secrets: {
      databaseUrl: env.DATABASE_URL,
      redisUrl: env.REDIS_URL,
      encryptionKey: Buffer.from(env.PHILOTES_ENCRYPTION_KEY, 'base64'),
      previousEncryptionKey:
        env.PHILOTES_PREVIOUS_ENCRYPTION_KEY === undefined
          ? undefined
          : Buffer.from(env.PHILOTES_PREVIOUS_ENCRYPTION_KEY, 'base64'),
      sessionSecret: env.PHILOTES_SESSION_SECRET,
      internalKey: env.PHILOTES_INTERNAL_KEY,
      ownerPassword: env.PHILOTES_OWNER_PASSWORD,
      oidcClientSecret: env.PHILOTES_OIDC_CLIENT_SECRET,
    },
  };
}

function oidcOf(env: z.output<typeof settings>): OidcConfig | undefined {
  const { PHILOTES_OIDC_ISSUER: issuer, PHILOTES_OIDC_CLIENT_ID: clientId } = env;
  const given = [issuer, clientId, env.PHILOTES_OIDC_CLIENT_SECRET].filter((value) => value !== undefined).length;
  if (given > 0 && given < 3) {
    const names = 'PHILOTES_OIDC_ISSUER, PHILOTES_OIDC_CLIENT_ID and PHILOTES_OIDC_CLIENT_SECRET';
    throw new ConfigError(complaint([`${names} belong together; set all three or none`]));
  }
  if (issuer === undefined || clientId === undefined) return undefined;
  const { PHILOTES_OIDC_DEFAULT_ROLE: defaultRole = null, PHILOTES_OIDC_ALLOWED_DOMAINS: allowedDomains = [] } = env;
  if (defaultRole !== null && allowedDomains.length === 0) {
    const reason = 'PHILOTES_OIDC_DEFAULT_ROLE lets everybody of the issuer in';
    throw new ConfigError(complaint([`${reason}; say whose people they are with PHILOTES_OIDC_ALLOWED_DOMAINS`]));
  }
  return {
    name: env.PHILOTES_OIDC_NAME,
    issuer,
    clientId,
    scopes: env.PHILOTES_OIDC_SCOPES,
    groupsClaim: env.PHILOTES_OIDC_GROUPS_CLAIM,
    allowedDomains,
    groupRoles: env.PHILOTES_OIDC_GROUP_ROLES ?? [],
    defaultRole,
  };
}

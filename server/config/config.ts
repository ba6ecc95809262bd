import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { describeProblem, REMEDIES } from './remedies.ts';

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
  readonly duckdb: { readonly memoryMb: number; readonly threads: number };
  /** The first owner, made at start-up when no member exists yet. */
  readonly ownerEmail: string | undefined;
};

/** Settings that no log, error or interface may ever show. */
export type Secrets = {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** 32 bytes. */
  readonly encryptionKey: Buffer;
  readonly sessionSecret: string;
  /** Bearer of the workers at the embedded catalog. */
  readonly internalKey: string;
  readonly ownerPassword: string | undefined;
};

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const DEFAULT_PORT = 8474;
export const DEFAULT_WORKER_PORT = 8475;

/** A configuration that cannot be used: every problem at once, each with its remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment once. Variables that are empty count as absent. Throws ConfigError naming each variable that is
 * missing, malformed or (under our prefix) unknown; values are never part of the message.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): {
  config: Config;
  secrets: Secrets;
} {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => isOurs(name) && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.flatMap(describeProblem);
    throw new ConfigError(`the configuration cannot be used:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
  }
  return arrange(parsed.data);
}

const port = z
  .string()
  .regex(/^\d+$/, 'is not a port number')
  .transform(Number)
  .pipe(z.number().int().min(1).max(65_535));
const count = z.string().regex(/^\d+$/, 'is not a whole number').transform(Number).pipe(z.number().int().min(1));

const url = (protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `is not a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

const publicUrl = url(['http:', 'https:']).refine(
  (text) => !URL.canParse(text) || new URL(text).protocol === 'https:' || isLoopback(new URL(text).hostname),
  { error: 'uses plain http on an address that is not this machine: sign-ins would cross the network unencrypted' },
);

const environment = z.strictObject({
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  REDIS_URL: url(['redis:', 'rediss:']),
  PHILOTES_ENCRYPTION_KEY: z
    .base64('is not base64')
    .refine((text) => Buffer.from(text, 'base64').length === 32, { error: 'does not hold exactly 32 bytes' }),
  PHILOTES_SESSION_SECRET: z.string().min(32, 'is shorter than 32 characters'),
  PHILOTES_INTERNAL_KEY: z.string().min(32, 'is shorter than 32 characters'),
  PHILOTES_DATA_DIR: z.string().default('.philotes'),
  PHILOTES_WORK_DIR: z.string().optional(),
  PHILOTES_HOST: z.string().default('127.0.0.1'),
  PHILOTES_PORT: port.default(DEFAULT_PORT),
  PHILOTES_PUBLIC_URL: publicUrl.optional(),
  PHILOTES_CATALOG_URL: url(['http:', 'https:']).optional(),
  PHILOTES_WORKER_PORT: port.default(DEFAULT_WORKER_PORT),
  PHILOTES_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is not one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  PHILOTES_OWNER_EMAIL: z.email('is not an e-mail address').optional(),
  PHILOTES_OWNER_PASSWORD: z.string().min(12, 'is shorter than 12 characters').optional(),
  PHILOTES_DUCKDB_MEMORY_MB: count.pipe(z.number().min(128, 'is below 128, the least a commit needs')).default(384),
  PHILOTES_DUCKDB_THREADS: count.default(2),
});

const isOurs = (name: string): boolean => name in REMEDIES || name.startsWith('PHILOTES_');

const isLoopback = (hostname: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

const withoutTrailingSlash = (text: string): string => text.replace(/\/+$/, '');

function arrange(env: z.output<typeof environment>): { config: Config; secrets: Secrets } {
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
      duckdb: { memoryMb: env.PHILOTES_DUCKDB_MEMORY_MB, threads: env.PHILOTES_DUCKDB_THREADS },
      ownerEmail: env.PHILOTES_OWNER_EMAIL,
    },
    secrets: {
      databaseUrl: env.DATABASE_URL,
      redisUrl: env.REDIS_URL,
      encryptionKey: Buffer.from(env.PHILOTES_ENCRYPTION_KEY, 'base64'),
      sessionSecret: env.PHILOTES_SESSION_SECRET,
      internalKey: env.PHILOTES_INTERNAL_KEY,
      ownerPassword: env.PHILOTES_OWNER_PASSWORD,
    },
  };
}

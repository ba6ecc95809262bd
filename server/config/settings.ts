import * as z from 'zod';
import { addressList, domainList, groupRoleList, hostList } from './lists.ts';

/** What is known of a setting beside its shape; the generated page and every complaint take their words from here. */
export type SettingFacts = {
  /** Its place in philotes.yaml: `section.key`. */
  readonly key: string;
  readonly about: string;
  /** What to do when the value is missing or refused. */
  readonly remedy: string;
  readonly example: string;
  readonly isSecret?: true;
  /** What applies when it is left out and has no fixed default. */
  readonly otherwise?: string;
};

const facts = z.registry<SettingFacts>();
const setting = <Schema extends z.ZodType>(schema: Schema, known: SettingFacts): Schema => {
  facts.add(schema, known);
  return schema;
};

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export const DEFAULT_PORT = 8474;
export const DEFAULT_WORKER_PORT = 8475;

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

const isLoopback = (hostname: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
const publicUrl = url(['http:', 'https:']).refine(
  (text) => !URL.canParse(text) || new URL(text).protocol === 'https:' || isLoopback(new URL(text).hostname),
  { error: 'uses plain http on an address that is not this machine: sign-ins would cross the network unencrypted' },
);
/** A new one each time: facts belong to an instance. */
const key32 = () =>
  z.base64('is not base64').refine((text) => Buffer.from(text, 'base64').length === 32, {
    error: 'does not hold exactly 32 bytes',
  });
const longSecret = () => z.string().min(32, 'is shorter than 32 characters');

const WRITABLE = 'set it to a folder that this user may write to';
const FREE_PORT = 'set it to a free port between 1 and 65535';

/** Every setting of an installation, by environment variable. Values arrive as text, from the file or the environment. */
export const settings = z.strictObject({
  PHILOTES_HOST: setting(z.string().default('127.0.0.1'), {
    key: 'server.host',
    about: 'Address that the console, the API and the embedded catalog listen on.',
    remedy: 'set it to an address of this machine, like 127.0.0.1',
    example: '0.0.0.0',
  }),
  PHILOTES_PORT: setting(port.default(DEFAULT_PORT), {
    key: 'server.port',
    about: 'Port of the console, the API and the embedded catalog.',
    remedy: FREE_PORT,
    example: '8474',
  }),
  PHILOTES_PUBLIC_URL: setting(publicUrl.optional(), {
    key: 'server.publicUrl',
    about: 'Where browsers reach the console. Other host names are refused.',
    remedy: 'set it to the https:// address that browsers use, or to http:// on localhost',
    example: 'https://philotes.example.com',
    otherwise: 'http://127.0.0.1 with the port',
  }),
  DATABASE_URL: setting(url(['postgres:', 'postgresql:']), {
    key: 'database.url',
    about: 'The metadata database: definitions, the buffer of changes, the embedded catalog. PostgreSQL 14 or newer.',
    remedy: 'set it to the metadata database, like postgres://user:password@host:5432/philotes',
    example: 'postgres://philotes:secret@127.0.0.1:5432/philotes',
    isSecret: true,
  }),
  REDIS_URL: setting(url(['redis:', 'rediss:']), {
    key: 'redis.url',
    about: 'Redis or Valkey for the queues, with `maxmemory-policy noeviction`. It may be emptied at any moment.',
    remedy: 'set it to a Redis or Valkey server, like redis://127.0.0.1:6379',
    example: 'redis://127.0.0.1:6379',
    isSecret: true,
  }),
  PHILOTES_DATA_DIR: setting(z.string().default('.philotes'), {
    key: 'storage.dataDir',
    about: 'Folder of the local warehouse and, unless set otherwise, of the scratch files.',
    remedy: WRITABLE,
    example: '/var/lib/philotes',
  }),
  PHILOTES_WORK_DIR: setting(z.string().optional(), {
    key: 'storage.workDir',
    about: "Scratch of a worker: staged files and the columnar engine's temporary files. A fast local disk is best.",
    remedy: WRITABLE,
    example: '/scratch/philotes',
    otherwise: '`work` in the data folder',
  }),
  PHILOTES_ORPHAN_AGE_HOURS: setting(count.pipe(z.number().max(8760, 'is more than a year')).default(72), {
    key: 'storage.orphanAgeHours',
    about:
      'Hours after which a file in the folder of a lake table is removed that no snapshot, batch or copy names: waste of crashes and conflicts. Only files that Philotes wrote are looked at.',
    remedy: 'set it to whole hours, at least 1; 72 outlasts every query and every commit',
    example: '168',
  }),
  PHILOTES_CATALOG_URL: setting(url(['http:', 'https:']).optional(), {
    key: 'catalog.url',
    about: 'Where workers reach the embedded Iceberg catalog.',
    remedy: 'set it to the address where workers reach the web process, ending in /api/catalog',
    example: 'http://web:8474/api/catalog',
    otherwise: '`/api/catalog` below the public URL',
  }),
  PHILOTES_ENCRYPTION_KEY: setting(key32(), {
    key: 'auth.encryptionKey',
    about: 'Seals stored credentials (AES-256-GCM): 32 bytes in base64. Web and workers need the same.',
    remedy: 'create one with `openssl rand -base64 32` and keep it: stored secrets cannot be read without it',
    example: 'bWFrZSBvbmUgd2l0aCBvcGVuc3NsIHJhbmQhISEhISE=',
    isSecret: true,
  }),
  PHILOTES_PREVIOUS_ENCRYPTION_KEY: setting(key32().optional(), {
    key: 'auth.previousEncryptionKey',
    about:
      'The key before `PHILOTES_ENCRYPTION_KEY`, while it is replaced: what is sealed with it opens until `philotes keys rotate` has sealed it anew.',
    remedy: 'set it to the key that was in use before, or leave it out',
    example: 'dGhlIGtleSB0aGF0IHdhcyBpbiB1c2UgYmVmb3JlISE=',
    isSecret: true,
    otherwise: 'only the present key opens secrets',
  }),
  PHILOTES_SESSION_SECRET: setting(longSecret(), {
    key: 'auth.sessionSecret',
    about: 'Signs what browsers keep while they sign in.',
    remedy: 'create one with `openssl rand -base64 48`',
    example: 'forty-eight-random-bytes-in-base64',
    isSecret: true,
  }),
  PHILOTES_INTERNAL_KEY: setting(longSecret(), {
    key: 'auth.internalKey',
    about: 'Bearer of the workers at the embedded catalog, and of Prometheus at `/metrics`.',
    remedy: 'create one with `openssl rand -base64 48`; web and workers need the same',
    example: 'another-forty-eight-random-bytes-in-base64',
    isSecret: true,
  }),
  PHILOTES_OWNER_EMAIL: setting(z.email('is not an e-mail address').optional(), {
    key: 'auth.ownerEmail',
    about: 'The first owner, made at start-up when there is no member yet.',
    remedy: "set it to the first owner's e-mail address",
    example: 'owner@example.com',
    otherwise: 'no owner is made',
  }),
  PHILOTES_OWNER_PASSWORD: setting(z.string().min(12, 'is shorter than 12 characters').optional(), {
    key: 'auth.ownerPassword',
    about: 'Password of the first owner; read only when there is no member yet.',
    remedy: 'choose a longer one; it is only read when no member exists',
    example: 'twelve characters or more',
    isSecret: true,
    otherwise: 'no owner is made',
  }),
  PHILOTES_ALLOWED_HOSTS: setting(hostList.optional(), {
    key: 'server.allowedHosts',
    about:
      'Hosts that sources, destinations and identity providers may be at although they lead to private addresses: names, addresses and networks, separated by commas. Public addresses are always allowed.',
    remedy: 'list host names, addresses or networks, like db.internal,10.20.0.0/16',
    example: 'db.internal,10.20.0.0/16',
    otherwise: 'only this machine, and that only while the public URL is on it too',
  }),
  PHILOTES_TRUSTED_PROXIES: setting(addressList.optional(), {
    key: 'server.trustedProxies',
    about:
      'Addresses and networks of the proxies in front of the console, separated by commas. Only they are believed when they say in `X-Forwarded-For` whom a request comes from; limits and the audit log then count that address.',
    remedy: 'list addresses or networks, like 10.0.0.5,10.20.0.0/16',
    example: '10.20.0.0/16',
    otherwise: 'nobody is believed; every request comes from whoever is connected',
  }),
  PHILOTES_OIDC_ISSUER: setting(url(['https:', 'http:']).optional(), {
    key: 'auth.oidcIssuer',
    about: 'Identity provider that people sign in at. Set here, the sign-in settings of the console are read-only.',
    remedy: "set it to the issuer's address, as its discovery document names it",
    example: 'https://login.example.com/realms/data',
    otherwise: 'the sign-in settings of the console apply',
  }),
  PHILOTES_OIDC_CLIENT_ID: setting(z.string().optional(), {
    key: 'auth.oidcClientId',
    about: 'What this installation is called at the identity provider.',
    remedy: 'set it to the client id that the identity provider gave out',
    example: 'philotes',
  }),
  PHILOTES_OIDC_CLIENT_SECRET: setting(z.string().optional(), {
    key: 'auth.oidcClientSecret',
    about: "This installation's password at the identity provider.",
    remedy: 'set it to the client secret that the identity provider gave out',
    example: 'given out by the identity provider',
    isSecret: true,
  }),
  PHILOTES_OIDC_NAME: setting(z.string().max(60, 'is longer than 60 characters').default('single sign-on'), {
    key: 'auth.oidcName',
    about: 'What the button of the sign-in page says behind “Continue with”.',
    remedy: 'shorten it',
    example: 'Example Inc.',
  }),
  PHILOTES_OIDC_SCOPES: setting(z.string().default('openid email profile'), {
    key: 'auth.oidcScopes',
    about: 'Scopes that are asked for, separated by spaces. Some providers tell groups only when asked.',
    remedy: 'name openid and email at least',
    example: 'openid email profile groups',
  }),
  PHILOTES_OIDC_GROUPS_CLAIM: setting(z.string().default('groups'), {
    key: 'auth.oidcGroupsClaim',
    about: "Claim that lists a person's groups.",
    remedy: 'set it to the name of the claim',
    example: 'groups',
  }),
  PHILOTES_OIDC_ALLOWED_DOMAINS: setting(domainList.optional(), {
    key: 'auth.oidcAllowedDomains',
    about: 'Domains of the e-mail addresses that may come in, exactly as written, separated by commas.',
    remedy: 'list domains, like example.com,example.org',
    example: 'example.com',
    otherwise: 'all domains',
  }),
  PHILOTES_OIDC_GROUP_ROLES: setting(groupRoleList.optional(), {
    key: 'auth.oidcGroupRoles',
    about:
      'Which group gives which role, as `group=role`, separated by commas. Whoever is in none has the default role.',
    remedy: 'list pairs, like engineers=operator,platform=admin',
    example: 'engineers=operator,platform=admin',
    otherwise: 'nobody comes in by the identity provider',
  }),
  PHILOTES_OIDC_DEFAULT_ROLE: setting(
    z.enum(['viewer', 'operator', 'admin'], { error: 'is not viewer, operator or admin' }).optional(),
    {
      key: 'auth.oidcDefaultRole',
      about:
        'Role of people of the allowed domains whom no group gives one, for identity providers that tell no groups.',
      remedy: 'set it to viewer, operator or admin, or leave it out',
      example: 'viewer',
      otherwise: 'whoever is in no mapped group may not come in',
    },
  ),
  PHILOTES_WORKER_PORT: setting(port.default(DEFAULT_WORKER_PORT), {
    key: 'metrics.workerPort',
    about: 'Port of the health and metrics of a worker. The web process serves its own under `server.port`.',
    remedy: FREE_PORT,
    example: '8475',
  }),
  PHILOTES_LOG_LEVEL: setting(z.enum(LOG_LEVELS, { error: `is not one of ${LOG_LEVELS.join(', ')}` }).default('info'), {
    key: 'logging.level',
    about: `The least that is logged: ${LOG_LEVELS.join(', ')}. Logs are JSON lines on standard output.`,
    remedy: 'set it to debug, info, warn, error or silent',
    example: 'info',
  }),
  PHILOTES_DUCKDB_MEMORY_MB: setting(
    count.pipe(z.number().min(128, 'is below 128, the least a commit needs')).default(384),
    {
      key: 'limits.duckdbMemoryMb',
      about: 'Memory of the columnar engine of one worker, in MiB.',
      remedy: 'set it to at least 128; 384 is enough for most tables',
      example: '1024',
    },
  ),
  // More than one buys time with CPU: a statement that waits for its last thread spins until that one is done.
  PHILOTES_DUCKDB_THREADS: setting(count.default(1), {
    key: 'limits.duckdbThreads',
    about:
      'Threads of the columnar engine for one statement; pipelines and the parts of a copy work side by side anyway.',
    remedy: 'leave it at 1 unless a single pipeline lags behind while cores are idle',
    example: '2',
  }),
});

/** A setting as the documents and the file reader see it. */
export type Setting = SettingFacts & { readonly variable: string; readonly fallback: string | null };

/** All settings, in the order of their sections. */
export const SETTINGS: readonly Setting[] = Object.entries(settings.shape).map(([variable, schema]) => {
  const known = facts.get(schema);
  if (!known) throw new TypeError(`the setting ${variable} has no facts`);
  const fallback = schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : null;
  return { variable, fallback, ...known };
});

/** Whether a variable is one of ours. */
export const isSetting = (variable: string): boolean => variable in settings.shape;

/** Names the file to read; not part of it. */
export const CONFIG_VARIABLE = 'PHILOTES_CONFIG';

/** Variables of the command line tool, which a shell may hold beside ours. */
export const CLI_VARIABLES: readonly string[] = ['PHILOTES_URL', 'PHILOTES_API_KEY', 'PHILOTES_CLI_CONFIG'];

import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { connect as openSocket } from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Finding } from '@/packages/client/client.ts';
import { type Config, ConfigError, loadConfig, type Secrets } from '@/server/config/config.ts';
import { CONFIG_VARIABLE } from '@/server/config/settings.ts';
import { hostEnvironment } from '../host-environment.ts';

const GIB = 1024 ** 3;
const NODE_NEEDED = [20, 19] as const;
const ANSWER_MS_MAX = 5_000;

type Env = Readonly<Record<string, string | undefined>>;
const finding = (
  severity: Finding['severity'],
  code: string,
  subject: string,
  message: string,
  remedy = '',
): Finding => ({ severity, code, subject, message, remedy });

/** Looks at the host that it runs on: configuration, Node, PostgreSQL, Redis, disk, ports. Changes nothing but a data folder. */
export async function checkInstallation(env: Env): Promise<Finding[]> {
  const node = checkNode(process.versions.node);
  if (!hasInstallation(env)) return [node, NO_INSTALLATION];
  let loaded: { config: Config; secrets: Secrets };
  try {
    loaded = loadConfig(hostEnvironment(env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^ {2}- /, ''));
    return [
      node,
      ...problems.map((problem) =>
        finding('error', 'configuration', 'configuration', problem, 'See docs/configuration.md.'),
      ),
    ];
  }
  const { config, secrets } = loaded;
  return [
    node,
    finding('info', 'configuration', 'configuration', 'complete'),
    ...(await checkPostgres(secrets.databaseUrl)),
    ...(await checkRedis(secrets.redisUrl)),
    ...[...new Set([config.dataDir, config.workDir])].map(checkFolder),
    await checkPort('web', config.host, config.port),
    await checkPort('worker', config.host, config.workerPort),
  ];
}

/** Whether anything here says where an installation is; a person's own machine usually has none. */
const hasInstallation = (env: Env): boolean =>
  Boolean(env[CONFIG_VARIABLE] || hostEnvironment(env).DATABASE_URL || existsSync('philotes.yaml'));

const NO_INSTALLATION = finding(
  'error',
  'no_installation',
  'installation',
  'there is none here: no .philotes folder of npm start, no philotes.yaml, and DATABASE_URL is not set',
  'Run it on the host of an installation, in its folder or with PHILOTES_DATA_DIR. To check a source from here: philotes doctor --source NAME.',
);

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
  return isNew
    ? finding('info', 'node', 'Node', version)
    : finding('error', 'node', 'Node', `${version} is too old`, `Install ${NODE_NEEDED.join('.')} or newer.`);
}

async function checkPostgres(connectionString: string): Promise<Finding[]> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: ANSWER_MS_MAX,
    application_name: 'philotes doctor',
  });
  client.on('error', () => undefined); // the query that fails says it
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; connections: number; may_create: boolean }>(
      `select current_setting('server_version_num')::int as version, current_setting('max_connections')::int as connections,
              has_database_privilege(current_database(), 'create') as may_create`,
    );
    const [row] = rows;
    if (!row) return [];
    const { version, connections, may_create: mayCreate } = row;
    return [
      version < 140_000
        ? finding(
            'error',
            'postgres_version',
            'PostgreSQL',
            `version ${Math.floor(version / 10_000)} is too old`,
            'Use 14 or newer for the metadata.',
          )
        : finding('info', 'postgres_version', 'PostgreSQL', `version ${Math.floor(version / 10_000)}, reachable`),
      ...(connections < 100
        ? [
            finding(
              'warning',
              'postgres_connections',
              'PostgreSQL',
              `max_connections is ${connections}`,
              'Set it to 100 or more: a worker uses up to 40.',
            ),
          ]
        : []),
      ...(mayCreate
        ? []
        : [
            finding(
              'error',
              'postgres_rights',
              'PostgreSQL',
              'the role may not create schemas',
              'grant create on database ... to the role.',
            ),
          ]),
    ];
  } catch (error) {
    return [
      finding(
        'error',
        'postgres',
        'PostgreSQL',
        `the metadata database does not answer (${codeOf(error)})`,
        'Check DATABASE_URL and that the server runs.',
      ),
    ];
  } finally {
    await client.end().catch(() => undefined); // nothing hangs on how it ends
  }
}

async function checkRedis(url: string): Promise<Finding[]> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: ANSWER_MS_MAX,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', () => undefined); // the command that fails says it
  try {
    await redis.connect();
    const [memory, server] = [await redis.info('memory'), await redis.info('persistence')];
    const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1] ?? 'unknown';
    return [
      policy === 'noeviction'
        ? finding('info', 'redis', 'Redis', 'reachable, evicts nothing')
        : finding(
            'error',
            'redis_policy',
            'Redis',
            `maxmemory-policy is ${policy}: queued jobs may vanish`,
            'Set maxmemory-policy to noeviction.',
          ),
      ...(/aof_enabled:1/.test(server)
        ? []
        : [
            finding(
              'warning',
              'redis_appendonly',
              'Redis',
              'it keeps no append-only file',
              'Set appendonly to yes; without it a restart costs some seconds.',
            ),
          ]),
    ];
  } catch (error) {
    return [
      finding(
        'error',
        'redis',
        'Redis',
        `it does not answer (${codeOf(error)})`,
        'Check REDIS_URL and that the server runs.',
      ),
    ];
  } finally {
    redis.disconnect();
  }
}

function checkFolder(folder: string): Finding {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const free = (bavail * bsize) / GIB;
    const text = `${folder} is writable, ${free.toFixed(1)} GiB are free`;
    return free < 2
      ? finding('warning', 'disk', 'disk', text, 'Free space: commits and copies are staged there.')
      : finding('info', 'disk', 'disk', text);
  } catch (error) {
    return finding(
      'error',
      'disk',
      'disk',
      `${folder} cannot be written (${codeOf(error)})`,
      'Create it for this user, or set PHILOTES_DATA_DIR or PHILOTES_WORK_DIR.',
    );
  }
}

/** Ours, free, or somebody else's: told by what answers there. */
async function checkPort(name: 'web' | 'worker', host: string, port: number): Promise<Finding> {
  const address = host === '0.0.0.0' ? '127.0.0.1' : host;
  const subject = `${name} port`;
  if (!(await isTaken(address, port)))
    return finding('info', 'port', subject, `${port} is free: the ${name} process does not run`);
  const path = name === 'web' ? '/api/v1/health/ready' : '/health/ready';
  try {
    const response = await fetch(`http://${address}:${port}${path}`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    const text = await response.text();
    if (!/"status":\s*"(ready|starting|not ready)"|"code":\s*"NOT_READY"/.test(text))
      throw new TypeError('something else answers');
    return response.ok
      ? finding('info', 'port', subject, `the ${name} process answers on ${port}`)
      : finding(
          'error',
          'not_ready',
          subject,
          `the ${name} process on ${port} is not ready: ${text.slice(0, 200)}`,
          'Read its log.',
        );
  } catch {
    return finding(
      'error',
      'port_taken',
      subject,
      `${port} is taken by another program`,
      `Set PHILOTES_${name === 'web' ? '' : 'WORKER_'}PORT to a free one.`,
    );
  }
}

const isTaken = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = openSocket({ host, port, timeout: ANSWER_MS_MAX });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });

/** What a driver's error is called; its text may hold an address with a password. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

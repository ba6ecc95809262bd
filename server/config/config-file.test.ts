// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the syntax of the file.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ConfigError, loadConfig, withConfigFile } from './config.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Environment that names a file with this text. */
function fileOf(text: string): { PHILOTES_CONFIG: string } {
  const folder = mkdtempSync(join(tmpdir(), 'philotes-config-'));
  folders.push(folder);
  writeFileSync(join(folder, 'philotes.yaml'), text);
  return { PHILOTES_CONFIG: join(folder, 'philotes.yaml') };
}

const secrets = {
  KEY: randomBytes(32).toString('base64'),
  SESSION: 's'.repeat(40),
};
const COMPLETE = `
server: { port: 9000 }
database:
  url: postgres://philotes:\${DB_PASSWORD:-local}@127.0.0.1:5432/philotes
redis:
  url: redis://127.0.0.1:6379
auth:
  encryptionKey: \${KEY}
  sessionSecret: \${SESSION}
  internalKey: 0123456789012345678901234567890123456789
logging:
  level:
`;

const problemsOf = (env: Record<string, string | undefined>): string => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

it('takes settings from the file, secrets in it from the environment, and text as it is written', () => {
  const loaded = loadConfig({ ...fileOf(COMPLETE), ...secrets });
  expect(loaded.config).toMatchObject({ port: 9000, logLevel: 'info', publicUrl: 'http://127.0.0.1:9000' });
  expect(loaded.secrets).toMatchObject({
    databaseUrl: 'postgres://philotes:local@127.0.0.1:5432/philotes',
    internalKey: '0123456789012345678901234567890123456789',
  });
});

it('lets the environment win, but not by an empty variable', () => {
  const env = { ...fileOf(COMPLETE), ...secrets };
  expect(loadConfig({ ...env, PHILOTES_PORT: '9100' }).config.port).toBe(9100);
  expect(loadConfig({ ...env, PHILOTES_PORT: '' }).config.port).toBe(9000);
  expect(withConfigFile({ ...env, REDIS_URL: 'redis://other:1' })).toMatchObject({
    REDIS_URL: 'redis://other:1',
    PHILOTES_PORT: '9000',
  });
});

it('refuses unknown sections and settings and offers the nearest', () => {
  const env = { ...fileOf(`${COMPLETE}servr: {}\nlimits:\n  duckdbThread: 2\n`), ...secrets };
  const problems = problemsOf(env);
  expect(problems).toMatch(/philotes\.yaml line 13 has an unknown section servr; did you mean server\?/);
  expect(problems).toMatch(/line 15 has an unknown setting limits\.duckdbThread; did you mean limits\.duckdbThreads\?/);
});

it('names a variable that the file needs once, and not as missing too', () => {
  const problems = problemsOf({ ...fileOf(COMPLETE), KEY: secrets.KEY });
  expect(problems).toMatch(/line 9 uses \$\{SESSION\} for auth\.sessionSecret, which is not set; set SESSION or write/);
  expect(problems.match(/SESSION/g)).toHaveLength(3);
});

it('says where a refused value stands and does not repeat it', () => {
  const problems = problemsOf({ ...fileOf(COMPLETE.replace('9000', 'hunter2')), ...secrets });
  expect(problems).toMatch(
    /PHILOTES_PORT \(server\.port in philotes\.yaml\) is not a port number; set it to a free port/,
  );
  expect(problems).not.toMatch(/hunter2/);
});

it('refuses what is no YAML, no mapping, a repeated key, or a file that is not there', () => {
  expect(problemsOf(fileOf('server: {port: 1'))).toMatch(/philotes\.yaml line \d+ is not YAML/);
  expect(problemsOf(fileOf('- a\n'))).toMatch(/must hold sections/);
  expect(problemsOf(fileOf('server: 5\n'))).toMatch(/has no settings in section server/);
  expect(problemsOf(fileOf('server:\n  port: {a: 1}\n'))).toMatch(/gives server\.port something else/);
  expect(problemsOf(fileOf('server: {port: 1}\nserver: {port: 2}\n'))).toMatch(/line 2 is not YAML: .*unique/);
  expect(problemsOf({ PHILOTES_CONFIG: '/nowhere/philotes.yaml' })).toMatch(
    /\/nowhere\/philotes\.yaml, which does not/,
  );
});

it('puts in what variables hold, once, and keeps an escaped dollar', () => {
  const env = { ...fileOf(COMPLETE.replace('${DB_PASSWORD:-local}', '$$a${DB_PASSWORD}')), ...secrets };
  const { databaseUrl } = loadConfig({ ...env, DB_PASSWORD: 'x${KEY}' }).secrets;
  expect(databaseUrl).toBe('postgres://philotes:$ax${KEY}@127.0.0.1:5432/philotes');
});

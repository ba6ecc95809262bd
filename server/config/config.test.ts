import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const minimal = {
  DATABASE_URL: 'postgres://philotes:hunter2@127.0.0.1:5432/philotes',
  REDIS_URL: 'redis://127.0.0.1:6379',
  PHILOTES_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  PHILOTES_SESSION_SECRET: 's'.repeat(40),
  PHILOTES_INTERNAL_KEY: 'i'.repeat(40),
};

const problemsOf = (env: Record<string, string | undefined>): string => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('loadConfig', () => {
  it('needs five variables and has sensible defaults for the rest', () => {
    const { config, secrets } = loadConfig({ ...minimal, PHILOTES_DATA_DIR: '/srv/philotes', PATH: '/bin' });
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8474,
      publicUrl: 'http://127.0.0.1:8474',
      catalogUrl: 'http://127.0.0.1:8474/api/catalog',
      workDir: '/srv/philotes/work',
      warehouseRoot: 'file:///srv/philotes/warehouse',
      duckdb: { memoryMb: 384, threads: 1 },
    });
    expect(secrets.encryptionKey).toHaveLength(32);
  });

  it('derives the catalog address from the public one', () => {
    const { config } = loadConfig({ ...minimal, PHILOTES_PUBLIC_URL: 'https://lake.example.com/' });
    expect(config.catalogUrl).toBe('https://lake.example.com/api/catalog');
  });

  it('names every problem at once, each with a remedy', () => {
    const problems = problemsOf({ ...minimal, REDIS_URL: '', PHILOTES_PORT: '70000', PHILOTES_ENCRYPTION_KEY: 'AAAA' });
    expect(problems).toMatch(/REDIS_URL is missing; set it to/);
    expect(problems).toMatch(/PHILOTES_PORT .*; set it to a free port/);
    expect(problems).toMatch(/PHILOTES_ENCRYPTION_KEY does not hold exactly 32 bytes; create one/);
  });

  it('refuses an unknown variable of ours and offers the nearest name', () => {
    expect(problemsOf({ ...minimal, PHILOTES_DUCK_THREADS: '4' })).toMatch(
      /PHILOTES_DUCK_THREADS is not a setting .* did you mean PHILOTES_DUCKDB_THREADS/,
    );
  });

  it('never repeats a value, since it may be a secret', () => {
    const problems = problemsOf({
      ...minimal,
      DATABASE_URL: 'mysql://root:hunter2@db',
      PHILOTES_SESSION_SECRET: 'short1',
    });
    expect(problems).toMatch(/DATABASE_URL is not a URL/);
    expect(problems).not.toMatch(/hunter2|short1/);
  });

  it('refuses plain http anywhere but on this machine', () => {
    expect(problemsOf({ ...minimal, PHILOTES_PUBLIC_URL: 'http://lake.example.com' })).toMatch(/plain http/);
    expect(problemsOf({ ...minimal, PHILOTES_PUBLIC_URL: 'http://localhost:9000' })).toBe('');
  });
});

describe('loadConfig, sign-in and hosts', () => {
  const oidc = {
    PHILOTES_OIDC_ISSUER: 'https://login.example.com',
    PHILOTES_OIDC_CLIENT_ID: 'philotes',
    PHILOTES_OIDC_CLIENT_SECRET: 'hunter2',
  };

  it('takes an identity provider whole or not at all', () => {
    const given = { ...minimal, ...oidc, PHILOTES_OIDC_GROUP_ROLES: 'cn=a=b=viewer, platform=admin' };
    expect(loadConfig(given).config.oidc).toMatchObject({
      issuer: 'https://login.example.com',
      groupRoles: [
        { group: 'cn=a=b', role: 'viewer' },
        { group: 'platform', role: 'admin' },
      ],
    });
    expect(loadConfig(minimal).config.oidc).toBeUndefined();
    expect(problemsOf({ ...minimal, ...oidc, PHILOTES_OIDC_CLIENT_SECRET: '' })).toMatch(/belong together/);
    expect(problemsOf({ ...minimal, ...oidc, PHILOTES_OIDC_GROUP_ROLES: 'admins=root' })).toMatch(
      /GROUP_ROLES is not a list/,
    );
    expect(problemsOf({ ...minimal, ...oidc, PHILOTES_OIDC_ALLOWED_DOMAINS: '*.example.com' })).toMatch(/no domain/);
  });

  it('opens this machine to connections only while the site is on it, and what the operator lists', () => {
    expect(loadConfig(minimal).config.network).toEqual({ allowed: [], loopback: true });
    const listed = {
      ...minimal,
      PHILOTES_PUBLIC_URL: 'https://x.example.com',
      PHILOTES_ALLOWED_HOSTS: 'DB.internal, 10.0.0.0/8',
    };
    expect(loadConfig(listed).config.network).toEqual({ allowed: ['db.internal', '10.0.0.0/8'], loopback: false });
    expect(problemsOf({ ...minimal, PHILOTES_ALLOWED_HOSTS: 'http://db' })).toMatch(/ALLOWED_HOSTS names something/);
  });
});

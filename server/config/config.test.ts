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
      duckdb: { memoryMb: 384, threads: 2 },
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

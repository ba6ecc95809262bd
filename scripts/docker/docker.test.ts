import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadConfig } from '@/server/config/config.ts';
import { SETTINGS } from '@/server/config/settings.ts';

const composeText = readFileSync('docker-compose.yml', 'utf8');
const compose = z
  .object({
    services: z.record(
      z.string(),
      z.object({
        command: z.array(z.string()).optional(),
        environment: z.record(z.string(), z.string()).default({}),
        healthcheck: z.object({ test: z.array(z.string()).optional() }).optional(),
        restart: z.string(),
        volumes: z.array(z.string()).default([]),
      }),
    ),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(composeText, { merge: true }));
const dockerfile = readFileSync('Dockerfile', 'utf8').replaceAll(/\\\n/g, ' ');
const instructions = (name: string) =>
  dockerfile.split('\n').flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));

const bundleNames = [...readFileSync('scripts/build.mjs', 'utf8').matchAll(/^ {2}'?([a-z-]+)'?: '[a-z/-]+\.ts'/gm)].map(
  ([, name]) => name,
);

/** Runs `make env` in a folder of its own; NAME -> value of what it wrote. */
function makeEnv(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'philotes-env-'));
  try {
    copyFileSync('.env.example', join(folder, '.env.example'));
    const run = () =>
      execFileSync(process.execPath, [resolve('scripts/docker/make-env.mjs')], { cwd: folder, stdio: 'pipe' });
    run();
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
    const written = readFileSync(join(folder, '.env'), 'utf8');
    expect(run).toThrow(/stays as it is/);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(written);
    return Object.fromEntries(
      [...written.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name ?? '', value ?? '']),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const filled = makeEnv();

/** As compose replaces it: `${NAME:?message}` has to be there, `${NAME:-default}` need not, `$$` is a dollar sign. */
const interpolated = (text: string): string =>
  text.replace(/\$\$|\$\{([A-Z_]+)(:\?[^}]*|:-[^}]*)\}/g, (whole, name: string | undefined, rest: string) => {
    if (name === undefined) return whole.slice(1);
    const value = filled[name] || (rest.startsWith(':-') ? rest.slice(2) : '');
    if (value === '') throw new Error(`${name} has no value`);
    return value;
  });
const environmentOf = (service: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(compose.services[service]?.environment ?? {}).map(([name, value]) => [name, interpolated(value)]),
  );

const KNOWN = new Set(SETTINGS.map(({ variable }) => variable));
const OURS = ['web', 'worker'];

describe('docker-compose.yml', () => {
  it.each(OURS)('gives %s a configuration that loads', (service) => {
    const environment = environmentOf(service);
    for (const name of Object.keys(environment)) expect(KNOWN, `${service}: ${name}`).toContain(name);
    const { config, secrets } = loadConfig(environment);
    expect(config).toMatchObject({ publicUrl: 'http://localhost:8474', catalogUrl: 'http://web:8474/api/catalog' });
    expect(new URL(secrets.databaseUrl).password).toBe(filled.POSTGRES_PASSWORD);
  });

  it('has no secret of its own: each comes from .env, which is filled with random ones', () => {
    const defaults = [...composeText.matchAll(/\$\{([A-Z_]+):-/g)].map(([, name]) => name);
    for (const name of defaults) expect(name).not.toMatch(/SECRET|KEY|PASSWORD/);
    const written = readFileSync('.env.example', 'utf8');
    for (const [name, value] of Object.entries(filled)) {
      expect(value, name).not.toBe('');
      if (/SECRET|KEY|PASSWORD/.test(name)) expect(written).toMatch(new RegExp(`^${name}=$`, 'm'));
    }
    expect(makeEnv().PHILOTES_INTERNAL_KEY).not.toBe(filled.PHILOTES_INTERNAL_KEY);
  });

  it('watches every service that stays, and mounts only what exists', () => {
    for (const [name, { restart, healthcheck, volumes }] of Object.entries(compose.services)) {
      // Ours have the health check of the image.
      if (restart !== 'no' && !OURS.includes(name)) expect(healthcheck?.test, name).toBeDefined();
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('.')) expect(existsSync(from), from).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
    }
  });

  it('keeps what Redis and PostgreSQL need', () => {
    expect(compose.services.redis?.command?.join(' ')).toMatch(/appendonly yes.*maxmemory-policy noeviction/);
    expect(compose.services.postgres?.command).toContain('wal_level=logical');
  });
});

describe('Dockerfile', () => {
  it('copies what is in the repository or was built', () => {
    const built = ['dist', '.next', 'node_modules'];
    for (const copy of instructions('COPY')) {
      const words = copy.split(/\s+/).filter((word) => !word.startsWith('--'));
      for (const source of words.slice(0, -1)) {
        const path = source.replace(/^\/app\//, '');
        if (!built.includes(path)) expect(existsSync(path), path).toBe(true);
      }
    }
  });

  it('sets only variables that there are, and runs bundles that are built', () => {
    const set = instructions('ENV').flatMap((line) => line.trim().split(/\s+/));
    for (const assignment of set) {
      const [name = ''] = assignment.split('=');
      if (name.startsWith('PHILOTES_')) expect(KNOWN).toContain(name);
    }
    const bundles = [...`${dockerfile}${composeText}`.matchAll(/dist\/([a-z-]+)\.mjs/g)].map(([, name]) => name ?? '');
    for (const name of bundles) expect(bundleNames).toContain(name);
    expect(bundles).toEqual(expect.arrayContaining(['web', 'worker']));
  });

  it('runs as an unprivileged user with a health check', () => {
    expect(instructions('USER')).toEqual(['node']);
    expect(instructions('HEALTHCHECK')).toHaveLength(1);
  });
});

it('has a Makefile whose npm scripts there are', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const used = [...readFileSync('Makefile', 'utf8').matchAll(/^\tnpm (?:run )?([a-z:-]+)/gm)].map(([, name]) => name);
  for (const name of used) expect(Object.keys(scripts)).toContain(name);
});

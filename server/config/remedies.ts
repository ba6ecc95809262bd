import type { z } from 'zod';

/** What to set each variable to. Its keys are all the variables there are. */
export const REMEDIES: Readonly<Record<string, string>> = {
  DATABASE_URL: 'set it to the metadata database, like postgres://user:password@host:5432/philotes',
  REDIS_URL: 'set it to a Redis or Valkey server, like redis://127.0.0.1:6379',
  PHILOTES_ENCRYPTION_KEY:
    'create one with `openssl rand -base64 32` and keep it: stored secrets cannot be read without it',
  PHILOTES_SESSION_SECRET: 'create one with `openssl rand -base64 48`',
  PHILOTES_INTERNAL_KEY: 'create one with `openssl rand -base64 48`; web and workers need the same',
  PHILOTES_DATA_DIR: 'set it to a folder that this user may write to',
  PHILOTES_WORK_DIR: 'set it to a folder that this user may write to',
  PHILOTES_HOST: 'set it to an address of this machine, like 127.0.0.1',
  PHILOTES_PORT: 'set it to a free port between 1 and 65535',
  PHILOTES_PUBLIC_URL: 'set it to the https:// address that browsers use, or to http:// on localhost',
  PHILOTES_CATALOG_URL: 'set it to the address where workers reach the web process, ending in /api/catalog',
  PHILOTES_WORKER_PORT: 'set it to a free port between 1 and 65535',
  PHILOTES_LOG_LEVEL: 'set it to debug, info, warn, error or silent',
  PHILOTES_OWNER_EMAIL: "set it to the first owner's e-mail address",
  PHILOTES_OWNER_PASSWORD: 'choose a longer one; it is only read when no member exists',
  PHILOTES_DUCKDB_MEMORY_MB: 'set it to at least 128; 384 is enough for most tables',
  PHILOTES_DUCKDB_THREADS: 'set it to the number of cores that a worker may use',
};

/** One line per problem: variable, reason, remedy. Never the value. */
export function describeProblem(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => `${name} is not a setting of this version; ${closest(name)}`);
  }
  const name = String(issue.path[0]);
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [`${name} ${missing ? 'is missing' : issue.message}; ${REMEDIES[name] ?? 'correct it'}`];
}

const closest = (name: string): string => {
  const words = new Set(name.split('_').slice(1));
  const scored = Object.keys(REMEDIES)
    .map((known) => ({ known, shared: known.split('_').filter((word) => words.has(word)).length }))
    .sort((a, b) => b.shared - a.shared);
  return scored[0] && scored[0].shared > 0 ? `did you mean ${scored[0].known}? Else remove it` : 'remove it';
};

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment, with what `npm start` gave its processes where it says nothing itself: that is how commands on the host
 * find an installation whose servers and secrets were made for it.
 */
export function hostEnvironment(env: Env): Env {
  const path = join(resolve(env.PHILOTES_DATA_DIR || '.philotes'), 'environment.json');
  if (env.DATABASE_URL || !existsSync(path)) return env;
  const stored = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
  const own = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  return { ...stored, ...own };
}

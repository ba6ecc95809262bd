import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { interpolate } from '@/server/config/interpolate.ts';
import { nearest } from '@/server/config/nearest.ts';
import '@/server/errors/plain-words.ts';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { API_VERSION, KINDS, type Kind, type Resources, SECRET_PATHS, SPECS, UNSET_PATHS } from './resource-schemas.ts';
import { unsetSecret } from './unset-secret.ts';

const resource = z.strictObject({
  apiVersion: z.literal(API_VERSION, `must be ${API_VERSION}`),
  kind: z.enum(KINDS, `must be ${KINDS.join(', ')}`),
  name: z.string(),
  spec: z.record(z.string(), z.unknown()),
});

/** Reads files (`-` is standard input). Throws one error that names every problem with its file and line. */
export async function readResources(io: CliIo, paths: readonly string[]): Promise<Resources> {
  const problems: string[] = [];
  const found = { Source: new Map(), Destination: new Map(), Pipeline: new Map() } as const;
  for (const path of paths) {
    for (const { at, value } of documentsOf(await textOf(io, path), path, problems)) {
      const parsed = parseResource(io, value);
      problems.push(...parsed.problems.map((problem) => `${at}: ${problem}`));
      if (!parsed.resource) continue;
      const { kind, name, spec } = parsed.resource;
      if (found[kind].has(name)) problems.push(`${at}: ${kind} ${name} is described twice`);
      found[kind].set(name, spec);
    }
  }
  if (problems.length > 0)
    throw new CliError('USAGE', `the resources cannot be used:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  const listOf = <Spec>(specs: ReadonlyMap<string, Spec>) => [...specs].map(([name, spec]) => ({ name, spec }));
  return { sources: listOf(found.Source), destinations: listOf(found.Destination), pipelines: listOf(found.Pipeline) };
}

async function textOf(io: CliIo, path: string): Promise<string> {
  if (path === '-') return io.readInput();
  try {
    return readFileSync(resolve(io.cwd, path), 'utf8');
  } catch {
    throw new CliError('USAGE', `${path} cannot be read`, 'Check the path given with --file.');
  }
}

function* documentsOf(text: string, path: string, problems: string[]): Generator<{ at: string; value: unknown }> {
  const lineCounter = new LineCounter();
  for (const document of parseAllDocuments(text, { lineCounter, prettyErrors: false, uniqueKeys: true })) {
    if (!('contents' in document) || document.contents === null) continue;
    const at = `${path}:${lineCounter.linePos(document.contents.range?.[0] ?? 0).line}`;
    const [error] = document.errors;
    if (error) problems.push(`${path}:${lineCounter.linePos(error.pos[0]).line}: is not YAML: ${error.message}`);
    else yield { at, value: document.toJS() };
  }
}

type Parsed = { readonly problems: readonly string[]; readonly resource?: { kind: Kind; name: string; spec: unknown } };

function parseResource(io: CliIo, value: unknown): Parsed {
  const outer = resource.safeParse(value);
  if (!outer.success) return { problems: reasonsOf(outer.error) };
  const { kind, name, spec } = outer.data;
  const problems = SECRET_PATHS[kind]
    .filter((path) => isPlainSecret(spec, path))
    .map((path) => `${kind} ${name}: spec.${path} is a secret in plain text; write it as \${VARIABLE}`);
  const missing = new Set<string>();
  const filled = fill(withUnsetSecrets(spec, { kind, env: io.env }), io.env, missing);
  for (const variable of missing) problems.push(`${kind} ${name}: the variable ${variable} is not set`);
  if (problems.length > 0) return { problems };
  const named = SPECS[kind].name.safeParse(name);
  const parsed = SPECS[kind].spec.safeParse(filled);
  if (named.success && parsed.success) return { problems, resource: { kind, name, spec: parsed.data } };
  const reasons = [
    ...(named.error ? [`name: ${named.error.issues[0]?.message}`] : []),
    ...(parsed.error ? reasonsOf(parsed.error, kind) : []),
  ];
  return { problems: reasons.map((reason) => `${kind} ${name}: ${reason}`) };
}

/**
 * A secret whose variable is not set is told by its variable: what exists already keeps its own, and what is new cannot be made.
 */
function withUnsetSecrets(spec: object, { kind, env }: { kind: Kind; env: CliIo['env'] }): object {
  const copy = structuredClone(spec);
  for (const path of UNSET_PATHS[kind]) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let at: unknown = copy;
    for (const name of names) at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined;
    if (typeof at !== 'object' || at === null) continue;
    const [, variable] = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(String(Reflect.get(at, last))) ?? [];
    if (variable !== undefined && !env[variable]) Reflect.set(at, last, unsetSecret(variable));
  }
  return copy;
}

/** Replaces `${VARIABLE}` in every text. */
function fill(value: unknown, env: CliIo['env'], missing: Set<string>): unknown {
  if (typeof value === 'string') {
    const result = interpolate(value, env);
    for (const name of result.missing) missing.add(name);
    return result.text;
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, env, missing));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, env, missing)]));
}

function isPlainSecret(spec: object, path: string): boolean {
  let at: unknown = spec;
  for (const key of path.split('.')) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return at !== undefined && !/^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(String(at));
}

const reasonsOf = (error: z.ZodError, kind?: Kind): string[] =>
  error.issues.flatMap((issue) => {
    const path = z.core.toDotPath(issue.path);
    if (issue.code !== 'unrecognized_keys') return [path === '' ? issue.message : `${path}: ${issue.message}`];
    return issue.keys.map((key) => {
      const near = kind && path === '' ? nearest(key, Object.keys(SPECS[kind].spec.shape)) : undefined;
      return `${path === '' ? key : `${path}.${key}`}: is not a field${near ? `; did you mean ${near}?` : ''}`;
    });
  });

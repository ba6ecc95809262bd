import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { interpolate } from '@/server/config/interpolate.ts';
import { nearest } from '@/server/config/nearest.ts';
import '@/server/errors/plain-words.ts';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { type FileProblem, readDocuments } from './read-documents.ts';
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
    const inFile: FileProblem[] = [];
    for (const { value, lineOf } of readDocuments(await textOf(io, path), inFile)) {
      const parsed = parseResource(io, value);
      inFile.push(...parsed.problems.map(({ path: where, reason }) => ({ line: lineOf(where), reason })));
      if (!parsed.resource) continue;
      const { kind, name, spec } = parsed.resource;
      if (found[kind].has(name)) inFile.push({ line: lineOf(['name']), reason: `${kind} ${name} is described twice` });
      found[kind].set(name, spec);
    }
    const file = path === '-' ? 'standard input' : path;
    inFile.sort((a, b) => a.line - b.line);
    problems.push(...inFile.map(({ line, reason }) => `${file}:${line}: ${reason}`));
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

/** What is wrong at a place of a document. */
type Flaw = { readonly path: readonly PropertyKey[]; readonly reason: string };
type Parsed = { readonly problems: readonly Flaw[]; readonly resource?: { kind: Kind; name: string; spec: unknown } };

function parseResource(io: CliIo, value: unknown): Parsed {
  const outer = resource.safeParse(value);
  if (!outer.success) return { problems: flawsOf(outer.error) };
  const { kind, name, spec } = outer.data;
  const told = ({ path, reason }: Flaw): Flaw => ({ path, reason: `${kind} ${name}: ${reason}` });
  const problems: Flaw[] = SECRET_PATHS[kind]
    .filter((path) => isPlainSecret(spec, path))
    .map((path) => ({
      path: ['spec', ...path.split('.')],
      reason: `spec.${path} is a secret in plain text; write it as \${VARIABLE}`,
    }));
  const missing = new Map<string, Flaw['path']>();
  const filled = fill(withUnsetSecrets(spec, { kind, env: io.env }), { env: io.env, missing, path: ['spec'] });
  for (const [variable, path] of missing) problems.push({ path, reason: `the variable ${variable} is not set` });
  if (problems.length > 0) return { problems: problems.map(told) };
  const named = SPECS[kind].name.safeParse(name);
  const parsed = SPECS[kind].spec.safeParse(filled);
  if (named.success && parsed.success) return { problems, resource: { kind, name, spec: parsed.data } };
  const flaws = [
    ...(named.error ? [{ path: ['name'], reason: `name: ${named.error.issues[0]?.message}` }] : []),
    ...(parsed.error ? flawsOf(parsed.error, kind).map((flaw) => ({ ...flaw, path: ['spec', ...flaw.path] })) : []),
  ];
  return { problems: flaws.map(told) };
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

type Filling = { readonly env: CliIo['env']; readonly missing: Map<string, Flaw['path']>; readonly path: Flaw['path'] };

/** Replaces `${VARIABLE}` in every text; what is not set is remembered with the place that wants it first. */
function fill(value: unknown, { env, missing, path }: Filling): unknown {
  const below = (item: unknown, step: PropertyKey) => fill(item, { env, missing, path: [...path, step] });
  if (typeof value === 'string') {
    const result = interpolate(value, env);
    for (const name of result.missing) if (!missing.has(name)) missing.set(name, path);
    return result.text;
  }
  if (Array.isArray(value)) return value.map(below);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, below(item, key)]));
}

function isPlainSecret(spec: object, path: string): boolean {
  let at: unknown = spec;
  for (const key of path.split('.')) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return at !== undefined && !/^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(String(at));
}

const flawsOf = (error: z.ZodError, kind?: Kind): Flaw[] =>
  error.issues.flatMap((issue) => {
    const name = z.core.toDotPath(issue.path);
    if (issue.code !== 'unrecognized_keys')
      return [{ path: issue.path, reason: name === '' ? issue.message : `${name}: ${issue.message}` }];
    return issue.keys.map((key) => {
      const near = kind && name === '' ? nearest(key, Object.keys(SPECS[kind].spec.shape)) : undefined;
      const reason = `${name === '' ? key : `${name}.${key}`}: is not a field${near ? `; did you mean ${near}?` : ''}`;
      return { path: [...issue.path, key], reason };
    });
  });

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { interpolate } from './interpolate.ts';
import { nearest } from './nearest.ts';
import { CONFIG_VARIABLE, SETTINGS } from './settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What philotes.yaml says, in the terms of the environment. */
export type ConfigFile = {
  /** Null when there is no file. */
  readonly path: string | null;
  /** Variable -> text. */
  readonly values: Readonly<Record<string, string>>;
  /** Variables that the file sets and that cannot be used; `problems` says why. */
  readonly broken: ReadonlySet<string>;
  /** One line each: place, reason, remedy. Never a value. */
  readonly problems: readonly string[];
};

const KEYS = new Map(SETTINGS.map(({ key, variable }) => [key, variable]));
const SECTIONS = [...new Set(SETTINGS.map(({ key }) => key.slice(0, key.indexOf('.'))))];

/**
 * Reads the file that PHILOTES_CONFIG names, or philotes.yaml in the working directory when there is one. Values are text
 * exactly as written, with `${ENV}` replaced.
 */
export function readConfigFile(env: Env): ConfigFile {
  const named = env[CONFIG_VARIABLE];
  const path = resolve(named || 'philotes.yaml');
  if (!existsSync(path)) {
    const problems = named
      ? [`${CONFIG_VARIABLE} names ${path}, which does not exist; correct the path or unset it`]
      : [];
    return { path: null, values: {}, broken: new Set(), problems };
  }
  return { path, ...new Reader(path, env).read() };
}

class Reader {
  readonly #path: string;
  readonly #env: Env;
  readonly #lines = new LineCounter();
  readonly #values: Record<string, string> = {};
  readonly #broken = new Set<string>();
  readonly #problems: string[] = [];

  constructor(path: string, env: Env) {
    this.#path = path;
    this.#env = env;
  }

  read(): Omit<ConfigFile, 'path'> {
    const document = parseDocument(readFileSync(this.#path, 'utf8'), {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
    });
    const [error] = document.errors;
    if (error) this.#complain(error.pos[0], `is not YAML: ${error.message}`);
    else this.#readSections(document.contents);
    return { values: this.#values, broken: this.#broken, problems: this.#problems };
  }

  #readSections(contents: Node | null): void {
    if (contents === null) return;
    if (!isMap(contents)) return this.#complain(0, 'must hold sections, like `server:` with `port: 8474` below it');
    for (const { name, at, value } of this.#entries(contents.items)) {
      if (!SECTIONS.includes(name)) {
        this.#complain(at, `has an unknown section ${name}; ${offer(name, SECTIONS)}`);
      } else if (isMap(value)) {
        for (const entry of this.#entries(value.items)) this.#readSetting(`${name}.${entry.name}`, entry);
      } else if (!isEmpty(value)) {
        this.#complain(at, `has no settings in section ${name}; indent its keys below it`);
      }
    }
  }

  #readSetting(key: string, { at, value }: { at: number; value: unknown }): void {
    const variable = KEYS.get(key);
    if (!variable) return this.#complain(at, `has an unknown setting ${key}; ${offer(key, [...KEYS.keys()])}`);
    if (isEmpty(value)) return;
    const text = textOf(value);
    if (text === null) {
      this.#broken.add(variable);
      return this.#complain(at, `gives ${key} something else than one value or a list of values; write it as text`);
    }
    const { text: filled, missing } = interpolate(text, this.#env);
    if (missing.length === 0) {
      if (filled !== '') this.#values[variable] = filled;
      return;
    }
    this.#broken.add(variable);
    for (const name of missing) {
      this.#complain(at, `uses \${${name}} for ${key}, which is not set; set ${name} or write \${${name}:-default}`);
    }
  }

  *#entries(pairs: readonly Pair[]): Generator<{ name: string; at: number; value: unknown }> {
    for (const { key, value } of pairs) {
      if (isScalar(key)) yield { name: String(key.value), at: key.range?.[0] ?? 0, value };
    }
  }

  #complain(offset: number, reason: string): void {
    this.#problems.push(`${this.#path} line ${Math.max(1, this.#lines.linePos(offset).line)} ${reason}`);
  }
}

const isEmpty = (value: unknown): boolean => value === null || (isScalar(value) && value.value === null);

/** The text as written: YAML's own reading would turn a password like 0123 into another one. */
function textOf(value: unknown): string | null {
  if (isScalar(value)) return typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
  if (!isSeq(value)) return null;
  const items = value.items.map(textOf);
  return items.every((item) => item !== null) ? items.join(',') : null;
}

const offer = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near ? `did you mean ${near}? Else remove it` : `remove it; there are ${known.join(', ')}`;
};

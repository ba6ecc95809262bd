import type { Source } from './source-types.ts';

/** What is typed; all of it text, as in the controls. */
export type SourceValues = {
  readonly name: string;
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tlsMode: string;
  readonly tlsCa: string;
};

export const EMPTY_SOURCE: SourceValues = {
  name: '',
  host: '',
  port: '5432',
  database: '',
  username: 'philotes',
  password: '',
  tlsMode: 'verify-full',
  tlsCa: '',
};

export const sourceValues = (source: Source): SourceValues => ({
  name: source.name,
  host: source.host,
  port: String(source.port),
  database: source.database,
  username: source.username,
  password: '',
  tlsMode: source.tlsMode,
  tlsCa: source.tlsCa ?? '',
});

/** As `sources.create` takes it. */
export const toCreateInput = (values: SourceValues) => ({
  ...connectionOf(values),
  name: values.name.trim(),
  password: values.password,
  ...(values.tlsCa.trim() === '' ? {} : { tlsCa: values.tlsCa }),
});

/** As `sources.update` takes it: only what differs. An empty password leaves the stored one. */
export function toUpdateInput(values: SourceValues, source: Source) {
  const wanted = {
    ...connectionOf(values),
    name: values.name.trim(),
    tlsCa: values.tlsCa.trim() === '' ? null : values.tlsCa,
  };
  const now: Readonly<Record<string, unknown>> = source;
  const changed = Object.entries(wanted).filter(([field, value]) => now[field] !== value);
  return {
    id: source.id,
    version: source.version,
    ...Object.fromEntries(changed),
    ...(values.password === '' ? {} : { password: values.password }),
  };
}

/** Whether the stored password would go to another address than it was entered for. */
export const moves = (values: SourceValues, source: Source): boolean =>
  values.host.trim() !== source.host || Number(values.port) !== source.port;

const connectionOf = (values: SourceValues) => ({
  host: values.host.trim(),
  port: values.port.trim() === '' ? Number.NaN : Number(values.port),
  database: values.database,
  username: values.username,
  tlsMode: values.tlsMode,
});

/** Whether a text is a connection string, or the beginning of one: it holds a password. */
export const isConnectionString = (text: string): boolean => /^\s*postgres(ql)?:/i.test(text);

/** The fields that a connection string names (`postgresql://user:password@host:5432/shop?sslmode=require`); null for other text. */
export function fromConnectionString(text: string): Partial<SourceValues> | null {
  if (!/^postgres(ql)?:\/\//.test(text.trim()) || !URL.canParse(text.trim())) return null;
  const url = new URL(text.trim());
  const tlsMode = TLS_OF[url.searchParams.get('sslmode') ?? ''];
  return {
    host: url.hostname,
    port: url.port || '5432',
    ...(url.pathname.length > 1 ? { database: decodeURIComponent(url.pathname.slice(1)) } : {}),
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(tlsMode ? { tlsMode } : {}),
  };
}

const TLS_OF: Readonly<Record<string, string>> = {
  disable: 'disable',
  allow: 'require',
  prefer: 'require',
  require: 'require',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
};

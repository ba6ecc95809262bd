import type { Philotes } from '@/packages/client/client.ts';
import { CliError } from '../exit-codes.ts';

const LISTS = {
  source: {
    prefix: 'src_',
    list: (philotes: Philotes, search: string) => philotes.all('/sources', { query: { search } }),
  },
  destination: {
    prefix: 'dst_',
    list: (philotes: Philotes, search: string) => philotes.all('/destinations', { query: { search } }),
  },
  pipeline: {
    prefix: 'pl_',
    list: (philotes: Philotes, search: string) => philotes.all('/pipelines', { query: { search } }),
  },
  'API key': {
    prefix: 'key_',
    list: (philotes: Philotes, search: string) => philotes.all('/api-keys', { query: { search } }),
  },
} as const;

/** The id of what a person named by its name or by its id. Throws NOT_FOUND. */
export async function findId(philotes: Philotes, noun: keyof typeof LISTS, nameOrId: string): Promise<string> {
  const { prefix, list } = LISTS[noun];
  if (nameOrId.startsWith(prefix)) return nameOrId;
  for await (const { id, name } of list(philotes, nameOrId)) if (name === nameOrId) return id;
  throw new CliError(
    'NOT_FOUND',
    `there is no ${noun} "${nameOrId}"`,
    `See philotes ${noun === 'API key' ? 'api-key' : noun} list.`,
  );
}

/** The id of a member by e-mail address or id. Throws NOT_FOUND. */
export async function findMember(philotes: Philotes, emailOrId: string): Promise<string> {
  if (emailOrId.startsWith('mem_')) return emailOrId;
  for await (const { id, email } of philotes.all('/members', { query: { search: emailOrId } })) {
    if (email.toLowerCase() === emailOrId.toLowerCase()) return id;
  }
  throw new CliError('NOT_FOUND', `there is no member "${emailOrId}"`, 'See philotes member list.');
}

/** The id of a pipeline's table by `schema.table` or id. Throws NOT_FOUND. */
export async function findTable(philotes: Philotes, pipelineId: string, nameOrId: string): Promise<number> {
  if (/^\d+$/.test(nameOrId)) return Number(nameOrId);
  const { schema, table } = tableName(nameOrId);
  const { data } = await philotes.GET('/pipelines/{id}', { params: { path: { id: pipelineId } } });
  const found = data?.tables.find((one) => one.schema === schema && one.table === table);
  if (found) return found.id;
  throw new CliError(
    'NOT_FOUND',
    `the pipeline has no table ${schema}.${table}`,
    'See philotes table list <pipeline>.',
  );
}

/** `orders` and `public.orders` are the same. */
export function tableName(text: string): { schema: string; table: string } {
  const dot = text.indexOf('.');
  return dot < 0 ? { schema: 'public', table: text } : { schema: text.slice(0, dot), table: text.slice(dot + 1) };
}

import * as z from 'zod';
import type { Namespace } from '@/server/domain/iceberg/identifier.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type CatalogConfig, namespacePath } from './catalog-config.ts';
import type { Answer } from './http.ts';

type Get = (url: string) => Promise<Answer>;

const PAGE_SIZE = 500;
/** A catalog that never stops giving pages is broken. */
const PAGES_MAX = 200;

const pageToken = { 'next-page-token': z.string().nullish() };
const namespacesPage = z.object({ namespaces: z.array(z.array(z.string()).min(1)), ...pageToken });
const tablesPage = z.object({ identifiers: z.array(z.object({ name: z.string() })), ...pageToken });

/** Level by level: the catalog lists the children of one parent at a time. */
export async function listNamespaces(
  get: Get,
  { config, atMost }: { config: CatalogConfig; atMost: number },
): Promise<Namespace[]> {
  const found: Namespace[] = [];
  const parents: (Namespace | null)[] = [null];
  for (let parent = parents.shift(); parent !== undefined && found.length < atMost; parent = parents.shift()) {
    const under = parent === null ? '' : `parent=${parent.map(encodeURIComponent).join(config.separator)}`;
    const pages = await readPages(get, { url: `${config.base}/namespaces`, query: under, schema: namespacesPage });
    const depth = (parent?.length ?? 0) + 1;
    // Some catalogs ignore `parent` and answer the top level again.
    const children = pages.flatMap((page) => page.namespaces).filter((namespace) => namespace.length === depth);
    found.push(...children);
    parents.push(...children);
  }
  return found.slice(0, atMost);
}

export async function listTables(
  get: Get,
  { config, namespace }: { config: CatalogConfig; namespace: Namespace },
): Promise<string[]> {
  const pages = await readPages(get, {
    url: `${namespacePath(config, namespace)}/tables`,
    query: '',
    schema: tablesPage,
  });
  return pages.flatMap((page) => page.identifiers.map(({ name }) => name)).sort();
}

async function readPages<Page extends { 'next-page-token'?: string | null | undefined }>(
  get: Get,
  { url, query, schema }: { url: string; query: string; schema: z.ZodType<Page> },
): Promise<Page[]> {
  const pages: Page[] = [];
  let token = '';
  while (pages.length < PAGES_MAX) {
    const answer = await get(
      `${url}?${[query, `pageToken=${encodeURIComponent(token)}&pageSize=${PAGE_SIZE}`].filter(Boolean).join('&')}`,
    );
    const parsed = schema.safeParse(answer.kind === 'response' ? answer.body : null);
    if (!parsed.success) throw new AppError('CATALOG_RESPONSE_INVALID', 'the catalog gave a list that cannot be read');
    pages.push(parsed.data);
    const next = parsed.data['next-page-token'];
    if (!next || next === token) return pages;
    token = next;
  }
  return pages;
}

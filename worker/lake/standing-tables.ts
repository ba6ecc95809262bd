import type * as z from 'zod';
import { OWNER_PROPERTY } from '@/server/domain/lake-table.ts';
import type { standingAnswer } from '@/server/lake/standing-tables.ts';
import type { Catalog } from '@/worker/iceberg/catalog/catalog.ts';

/** Tables looked up at once. */
const AT_ONCE = 16;

type Asked = {
  readonly namespace: readonly string[];
  readonly tables: readonly string[];
  readonly signal: AbortSignal;
};

/** Which of these tables the catalog has, and what they were made for. */
export async function standingTables(
  catalog: Pick<Catalog, 'tableExists' | 'loadTable'>,
  { namespace, tables, signal }: Asked,
): Promise<z.output<typeof standingAnswer>> {
  const look = async (name: string): Promise<z.output<typeof standingAnswer>> => {
    const identifier = { namespace: [...namespace], name };
    if (!(await catalog.tableExists(identifier, { signal }))) return [];
    const { metadata } = await catalog.loadTable(identifier, { signal });
    return [{ name, madeFor: metadata.properties[OWNER_PROPERTY] ?? null }];
  };
  const found = [];
  for (let at = 0; at < tables.length; at += AT_ONCE) {
    found.push(...(await Promise.all(tables.slice(at, at + AT_ONCE).map(look))).flat());
  }
  return found;
}

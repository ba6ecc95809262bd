import { canonicalLake } from '@/test/compare/canonical.ts';
import type { CompareOptions } from '@/test/compare/compare-table.ts';
import { readLake } from '@/test/compare/read-lake.ts';
import { loadTable } from '@/test/compare/rest-catalog.ts';

/** The live rows of a lake table in canonical form, by column name. */
export async function readRows(options: CompareOptions): Promise<Record<string, string | null>[]> {
  const table = await loadTable({ ...options, table: options.lakeTable });
  const found: Record<string, string | null>[] = [];
  for await (const rows of readLake(table)) {
    for (const row of rows) {
      const entries = table.fields.map((field, at) => [field.name, canonicalLake(row[at], field.type)] as const);
      found.push(Object.fromEntries(entries));
    }
  }
  return found;
}

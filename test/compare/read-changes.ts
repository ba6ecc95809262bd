import { readLake } from './read-lake.ts';
import type { CatalogTable } from './rest-catalog.ts';

export type Change = { readonly op: string; readonly key: string; readonly commitLsn: bigint };

/** What a changelog holds, in no particular order: changes, the keys of copied rows, and every row's position. */
export async function readChanges(
  table: CatalogTable,
  key: string,
): Promise<{ changes: Change[]; copied: string[]; positions: string[] }> {
  const place = (name: string) => table.fields.findIndex((field) => field.name === name);
  const places = ['_philotes_op', key, '_philotes_epoch', '_philotes_commit_lsn', '_philotes_ordinal'].map(place);
  const changes: Change[] = [];
  const copied: string[] = [];
  const positions: string[] = [];
  for await (const rows of readLake(table)) {
    for (const row of rows) {
      const [op = '', id = '', epoch, lsn = '', ordinal] = places.map((index) => String(row[index]));
      positions.push(`${epoch} ${lsn} ${ordinal}`);
      if (op === 'r') copied.push(id);
      else changes.push({ op, key: id, commitLsn: BigInt(lsn) });
    }
  }
  return { changes, copied, positions };
}

import type { Finding } from '@/server/postgres/preflight.ts';
import { lakeNamesOf, nameClashes } from './lake-names.ts';
import type { NamedTable } from './pipeline-input.ts';

type Chosen = {
  readonly tables: readonly NamedTable[];
  /** Where they are to be written, and what other pipelines write there. */
  readonly place?: { readonly namespace: string; readonly taken: ReadonlyMap<string, string> } | undefined;
};

/** The names in the lake that a claim would refuse, for those who want to know beforehand. */
export function lakeNameFindings({ tables, place }: Chosen): Finding[] {
  const clashes = new Map(nameClashes(tables).map((clash) => [clash.index, clash]));
  return tables.flatMap((table, index): Finding[] => {
    const subject = `${table.schema}.${table.table}`;
    const base = { code: 'lake_name_taken', severity: 'error', subject } as const;
    const clash = clashes.get(index);
    if (clash?.of === subject) {
      return [{ ...base, message: 'It is chosen twice.', remedy: 'Choose it once; both modes fit into one choice.' }];
    }
    if (clash) {
      const message = `Its lake table would be ${clash.name}, which is the name of ${clash.of} already; names are compared without case.`;
      return [{ ...base, message, remedy: 'Give one of them another name in the lake.' }];
    }
    const name = place && lakeNamesOf(table).find((one) => place.taken.has(one));
    if (!place || name === undefined) return [];
    const message = `Pipeline ${place.taken.get(name)} writes lake table ${place.namespace}.${name}.`;
    return [{ ...base, message, remedy: 'Give the table another name in the lake, or choose another namespace.' }];
  });
}

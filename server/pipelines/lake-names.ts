import { changelogName } from '@/server/domain/names.ts';
import type { TableRequest } from '@/server/domain/table-request.ts';
import type { NamedTable } from './pipeline-input.ts';

type Shaped = Pick<NamedTable, 'lakeName' | 'mirror' | 'changelog'>;

/** The lake tables that a table is written to, as they are called. */
export const lakeTablesOf = ({ lakeName, mirror, changelog }: Shaped): string[] => [
  ...(mirror ? [lakeName] : []),
  ...(changelog ? [changelogName(lakeName)] : []),
];

/** The lake tables that a table has, in lower case: query engines compare names without case. */
export const lakeNamesOf = (table: Shaped): string[] => lakeTablesOf(table).map((name) => name.toLowerCase());

/** The names that no other table of its pipeline may have: its own is the table's for good, whatever modes it has now. */
export const heldNamesOf = (table: Shaped): string[] => [
  ...new Set([table.lakeName.toLowerCase(), ...lakeNamesOf(table)]),
];

/** A stored table with the modes that it has and those that were asked for. */
export const withRequestedModes = <Table extends Shaped & { readonly requested: TableRequest | null }>({
  requested,
  ...table
}: Table): Omit<Table, 'requested'> =>
  requested?.kind === 'resync'
    ? { ...table, mirror: table.mirror || requested.mirror, changelog: table.changelog || requested.changelog }
    : table;

/** Why a table cannot have its names. */
export type NameClash = {
  readonly index: number;
  /** The name that both have, in lower case. */
  readonly name: string;
  /** The source table of the same pipeline that has it. */
  readonly of: string;
};

/** Where tables of one pipeline would be written to one lake table: each with the first table before it that has its name. */
export function nameClashes(tables: readonly NamedTable[]): NameClash[] {
  const held = new Map<string, string>();
  return tables.flatMap((table, index): NameClash[] => {
    const names = heldNamesOf(table);
    const name = names.find((one) => held.has(one));
    const of = name === undefined ? undefined : held.get(name);
    for (const one of names) if (!held.has(one)) held.set(one, `${table.schema}.${table.table}`);
    return name === undefined || of === undefined ? [] : [{ index, name, of }];
  });
}

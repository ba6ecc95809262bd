import type { TableSchema } from './table-schema.ts';
import type { ValuePolicy } from './value-type.ts';

type Policies = Readonly<Record<string, ValuePolicy>>;

/** The first value policy that a table cannot have, and why; null when all fit. */
export function unfitPolicy(
  { columns, hidden = [] }: Pick<TableSchema, 'columns' | 'hidden'>,
  { policies, mirror }: { policies: Policies; mirror: boolean },
): { readonly column: string; readonly reason: string } | null {
  for (const [name, policy] of Object.entries(policies)) {
    const column = columns.find((one) => one.name === name);
    // What is left out by a rule has no name here.
    if (!column && hidden.length === 0) return { column: name, reason: `the table has no column ${name}` };
    if (policy === 'null' && mirror && column && column.keyOrdinal !== null) {
      return { column: name, reason: `${name} is part of the key, and a mirror's key is never null` };
    }
  }
  return null;
}

import { type BoundRules, type ColumnRule, type ColumnRules, hasRules } from './column-rules.ts';
import { keyColumns, type SourceColumn, type TableSchema } from './table-schema.ts';

/**
 * A table's columns as everything behind the source sees them: without those that are left out, and masked ones as text.
 * A rule holds for the column it was tied to, whatever its name is now, and for every column of the name, so that neither a
 * rename nor a column that is dropped and added again shows what was hidden.
 */
export function visibleSchema(schema: TableSchema, rules: BoundRules | null): TableSchema {
  if (!rules) return schema;
  const decided = schema.columns.map((column) => ({ column, rule: ruleOf(column, { schema, rules }) }));
  const hidden = decided.flatMap(({ column, rule }) => (rule === 'exclude' ? [column.attnum] : []));
  const columns = decided.flatMap(({ column, rule }): SourceColumn[] => {
    if (rule === 'exclude') return [];
    return rule === 'carry' ? [column] : [{ ...column, type: { kind: 'text' }, mask: rule }];
  });
  const lost = decided.find(({ column, rule }) => column.keyOrdinal !== null && rule !== 'carry');
  const unfit = lost ? `column ${lost.column.name} is part of the key now and cannot be masked or left out` : undefined;
  return { ...schema, columns, hidden, ...(unfit === undefined ? {} : { unfit }) };
}

type Context = { readonly schema: TableSchema; readonly rules: BoundRules };

function ruleOf({ attnum, name, keyOrdinal }: SourceColumn, { schema, rules }: Context): ColumnRule {
  const bound = rules.oid === schema.oid ? rules.byAttnum[attnum] : undefined;
  const named = Object.hasOwn(rules.columns, name) ? rules.columns[name] : undefined;
  // Two rules meet when a column takes the name of a ruled one; what hides more counts.
  const rule = bound === undefined || bound === 'carry' ? (named ?? bound) : bound;
  return rule ?? (rules.otherColumns === 'exclude' && keyOrdinal === null ? 'exclude' : 'carry');
}

/** Ties rules to the columns of the present names; a text when they do not fit the table. */
export function bindRules(schema: TableSchema, rules: ColumnRules): BoundRules | null | string {
  if (!hasRules(rules)) return null;
  const byName = new Map(schema.columns.map((column) => [column.name, column]));
  const unknown = Object.keys(rules.columns).find((name) => !byName.has(name));
  if (unknown !== undefined) return `the table has no column ${unknown} any more, or never had, which has a rule`;
  const key = keyColumns(schema).find(({ name }) => (rules.columns[name] ?? 'carry') !== 'carry');
  if (key) return `column ${key.name} is part of the key and cannot be masked or left out`;
  const byAttnum = Object.fromEntries(
    Object.entries(rules.columns).map(([name, rule]) => [byName.get(name)?.attnum ?? 0, rule]),
  );
  const bound = { ...rules, oid: schema.oid, byAttnum };
  return visibleSchema(schema, bound).columns.length === 0 ? 'every column is left out' : bound;
}

import * as z from 'zod';
import { type Mode, recommend } from '@/components/sources/recommend.ts';
import type { SourceTable } from '@/components/sources/source-types.ts';
import { qualified } from '@/components/sources/table-pattern.ts';
import { lakeTableNames } from '@/server/domain/names.ts';
import { columnRules, otherColumns, valuePolicies, withLakeName } from '@/server/pipelines/pipeline-input.ts';
import { rowFilter } from '@/server/pipelines/row-filter-input.ts';

const chosenTable = z.object({
  schema: z.string(),
  table: z.string(),
  mirror: z.boolean(),
  changelog: z.boolean(),
  policies: valuePolicies,
  columns: columnRules.default({}),
  otherColumns: otherColumns.default('carry'),
  where: rowFilter.default([]),
  /** Empty: the usual one. */
  lakeName: z.string(),
});
export type ChosenTable = z.output<typeof chosenTable>;

const wizardDraft = z.object({
  /** Empty: the proposed one. */
  name: z.string(),
  namespace: z.string(),
  tables: z.array(chosenTable),
});
/** What was chosen so far for a pipeline from one source. */
export type WizardDraft = z.output<typeof wizardDraft>;

export const EMPTY_DRAFT: WizardDraft = { name: '', namespace: '', tables: [] };
export const readDraft = (stored: unknown): WizardDraft | null => wizardDraft.safeParse(stored).data ?? null;

/** A table in the mode that is best for it; null when it cannot be replicated. */
export function proposed(table: SourceTable): ChosenTable | null {
  const { mode } = recommend(table);
  if (mode === null) return null;
  const { schema, table: name } = table;
  return {
    schema,
    table: name,
    mirror: mode === 'mirror',
    changelog: mode === 'changelog',
    policies: {},
    columns: {},
    otherColumns: 'carry',
    where: [],
    lakeName: '',
  };
}

/** Adds tables in their best modes, under names of their own in the lake; those chosen before stay as they are. */
export function withTables(draft: WizardDraft, wanted: readonly SourceTable[]): WizardDraft {
  const known = new Set(draft.tables.map(qualified));
  const added = wanted.flatMap((table) => (known.has(qualified(table)) ? [] : (proposed(table) ?? [])));
  const taken = new Set(draft.tables.flatMap(comparedNames));
  const named = added.map((table) => {
    const free = withFreeName(table, taken);
    for (const name of comparedNames(free)) taken.add(name);
    return free;
  });
  return { ...draft, tables: [...draft.tables, ...named] };
}

/** Query engines compare names without case, and so do we. */
const comparedNames = (table: ChosenTable): string[] => lakeTables(table).map((name) => name.toLowerCase());

function withFreeName(table: ChosenTable, taken: ReadonlySet<string>): ChosenTable {
  const usual = usualLakeName(table);
  let free = table;
  for (let n = 2; comparedNames(free).some((name) => taken.has(name)); n += 1)
    free = { ...table, lakeName: `${usual}_${n}` };
  return free;
}

export function withoutTables(draft: WizardDraft, unwanted: readonly { schema: string; table: string }[]): WizardDraft {
  const names = new Set(unwanted.map(qualified));
  return { ...draft, tables: draft.tables.filter((table) => !names.has(qualified(table))) };
}

export function withTable(draft: WizardDraft, changed: ChosenTable): WizardDraft {
  const name = qualified(changed);
  return { ...draft, tables: draft.tables.map((table) => (qualified(table) === name ? changed : table)) };
}

export type ModeChoice = Mode | 'both';

export const modeOf = ({ mirror, changelog }: Pick<ChosenTable, 'mirror' | 'changelog'>): ModeChoice =>
  mirror && changelog ? 'both' : mirror ? 'mirror' : 'changelog';

export const withMode = (table: ChosenTable, mode: ModeChoice): ChosenTable => ({
  ...table,
  mirror: mode !== 'changelog',
  changelog: mode !== 'mirror',
});

/** As `pipelines.create` takes it. */
export const toTableInput = ({ lakeName, ...table }: ChosenTable) => ({
  ...table,
  ...(lakeName.trim() === '' ? {} : { lakeName: lakeName.trim() }),
});

/** What a chosen table will be called in the lake: the mirror, the changelog, or both. */
export function lakeTables(table: ChosenTable): string[] {
  const { lakeName } = withLakeName(toTableInput(table));
  const modes = [...(table.mirror ? ['mirror'] : []), ...(table.changelog ? ['changelog'] : [])];
  return lakeTableNames({ lakeName, modes });
}

export const usualLakeName = (table: ChosenTable): string => withLakeName({ ...table, lakeName: undefined }).lakeName;

/** A namespace made of the database's name. */
export const usualNamespace = (database: string): string => {
  const name = database.toLowerCase().replace(/[^a-z0-9_]+/g, '_');
  return /^[a-z_]/.test(name) ? name : `_${name}`;
};

/** The source's name, or the next one that is free. */
export function usualName(source: string, taken: readonly string[]): string {
  const names = new Set(taken);
  if (!names.has(source)) return source;
  let number = 2;
  while (names.has(`${source} ${number}`)) number++;
  return `${source} ${number}`;
}

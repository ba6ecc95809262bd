import { canonicalLake, canonicalSource } from './canonical.ts';
import { type ChangelogRow, foldChangelog } from './fold-changelog.ts';
import { readLake } from './read-lake.ts';
import { readSource, sourceColumns } from './read-source.ts';
import { type CatalogTable, loadTable } from './rest-catalog.ts';
import { RowSet } from './row-set.ts';

export type Comparison = {
  readonly table: string;
  readonly sourceRows: number;
  readonly lakeRows: number;
  readonly sourceHash: string;
  readonly lakeHash: string;
  /** Rows of the source that the lake lacks, and the other way round; a changed row counts on both sides. */
  readonly missing: number;
  readonly extra: number;
  /** Changelog positions that occur twice. */
  readonly duplicates: number;
  readonly equal: boolean;
};

export type CompareOptions = {
  readonly sourceUrl: string;
  readonly sourceSchema: string;
  readonly sourceTable: string;
  readonly catalogUrl: string;
  readonly token: string;
  readonly warehouse?: string;
  readonly namespace: string;
  readonly lakeTable: string;
};

/** Compares every row and every column of a mirror with its source. Both must be at rest. */
export async function compareMirror(options: CompareOptions): Promise<Comparison> {
  const table = await loadTable({ ...options, table: options.lakeTable });
  const { source, places } = await sourceSet(options, table);
  const lake = new RowSet();
  for await (const rows of readLake(table)) {
    for (const row of rows) lake.add(places.map((place) => canonicalLake(row[place], typeAt(table, place))));
  }
  return summary({ name: options.lakeTable, source, lake, duplicates: 0 });
}

/** Compares what a changelog folds to with its source; `key` names the source's key columns. */
export async function compareChangelog(
  options: CompareOptions & { readonly key: readonly string[] },
): Promise<Comparison> {
  const table = await loadTable({ ...options, table: options.lakeTable });
  const { source, places, columns } = await sourceSet(options, table);
  const at = (name: string) => fieldPlace(table, name);
  const meta = { op: at('_philotes_op'), epoch: at('_philotes_epoch'), lsn: at('_philotes_commit_lsn') };
  const [ordinal, unchanged] = [at('_philotes_ordinal'), at('_philotes_unchanged')];
  const changes: ChangelogRow[] = [];
  for await (const rows of readLake(table)) {
    for (const row of rows) {
      const names = row[unchanged];
      changes.push({
        op: String(row[meta.op]),
        epoch: Number(row[meta.epoch]),
        lsn: BigInt(String(row[meta.lsn])),
        ordinal: BigInt(String(row[ordinal])),
        values: places.map((place) => canonicalLake(row[place], typeAt(table, place))),
        unchanged: typeof names === 'string' ? names.split(',').map((name) => columns.indexOf(name)) : [],
      });
    }
  }
  const folded = foldChangelog(
    changes,
    options.key.map((name) => columns.indexOf(name)),
  );
  const lake = new RowSet();
  for (const row of folded.rows) lake.add(row);
  return summary({ name: options.lakeTable, source, lake, duplicates: folded.duplicates });
}

async function sourceSet(options: CompareOptions, table: CatalogTable) {
  const from = { url: options.sourceUrl, schema: options.sourceSchema, table: options.sourceTable };
  const columns = await sourceColumns(from);
  const places = columns.map((name) => fieldPlace(table, name));
  const source = new RowSet();
  for await (const rows of readSource({ ...from, columns })) {
    for (const row of rows) {
      source.add(row.map((text, index) => canonicalSource(text, typeAt(table, places[index] ?? -1))));
    }
  }
  return { source, places, columns };
}

function fieldPlace(table: CatalogTable, name: string): number {
  const place = table.fields.findIndex((field) => field.name === name);
  if (place === -1) throw new Error(`the lake table has no column ${name}`);
  return place;
}

function typeAt(table: CatalogTable, place: number) {
  const field = table.fields[place];
  if (!field) throw new Error(`the lake table has no field at ${place}`);
  return field.type;
}

function summary(options: { name: string; source: RowSet; lake: RowSet; duplicates: number }): Comparison {
  const { name, source, lake, duplicates } = options;
  const missing = source.without(lake);
  const extra = lake.without(source);
  return {
    table: name,
    sourceRows: source.rows,
    lakeRows: lake.rows,
    sourceHash: source.hash,
    lakeHash: lake.hash,
    missing,
    extra,
    duplicates,
    equal: missing === 0 && extra === 0 && duplicates === 0 && source.hash === lake.hash,
  };
}

import { type Client, escapeIdentifier } from 'pg';
import { type BoundFilter, type PublishedFilter, presentFilter, samePublished } from '@/server/domain/row-filter.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { filterSql } from '@/server/postgres/filter-sql.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sourceError, sqlState } from '@/server/postgres/source-error.ts';
import { describeBlockers } from './blockers.ts';
import { findUnfitFilters, readPublishedFilters, type UnfitTable } from './published-filters.ts';

type EnsureOptions = {
  readonly publication: string;
  /** pg_class oids of plain and partitioned tables. */
  readonly tables: readonly number[];
  /** Which rows of these tables are sent; of the others all are. */
  readonly filters?: ReadonlyMap<number, BoundFilter>;
  /** Told how the server stores filters that it did not have like this, before they take hold. */
  readonly onFiltered?: (published: ReadonlyMap<number, PublishedFilter>) => Promise<void>;
  readonly waitMaxMs?: number;
};
type PublicationChange = {
  readonly isCreated: boolean;
  readonly added: readonly number[];
  readonly removed: readonly number[];
  /** Tables whose filter cannot be, which were left out. */
  readonly unfit: readonly UnfitTable[];
};

/**
 * Makes the publication hold exactly these tables, by name one by one: publishing all tables would break updates of
 * tables without a replica identity. Partitioned tables are published through their root. A filter is published only where
 * every column of it is part of the identity, which is looked at under the lock that keeps the identity as it is: the
 * source's own updates never fail for a filter of ours. After adding tables, or changing what is sent of them, pass the xmin
 * barrier before their copy starts. Throws SOURCE_PUBLICATION when someone else has shaped it differently, NOT_FOUND
 * for a missing table, SOURCE_BLOCKED when a lock is not granted within `waitMaxMs`.
 */
export async function ensurePublication(client: Client, options: EnsureOptions): Promise<PublicationChange> {
  return changing(client, options, async () => {
    const change = await applyTables(client, options);
    const unfit = [...change.unfit, ...(await dropUnfit(client, options.publication))];
    const published = await readPublishedFilters(client, options.publication);
    await options.onFiltered?.(new Map([...published].filter(([oid]) => change.filtered.has(oid))));
    return { isCreated: change.isCreated, added: change.added, removed: change.removed, unfit };
  });
}

/**
 * Takes tables out of the publication for whose filter the source's own updates or deletes fail since their replica identity
 * was changed. Usually there are none, and nothing is locked.
 */
export async function releaseUnfit(
  client: Client,
  options: Pick<EnsureOptions, 'publication' | 'waitMaxMs'> & {
    /** Told before they are taken out. */
    readonly onUnfit: (tables: readonly UnfitTable[]) => Promise<void>;
  },
): Promise<void> {
  const { publication, onUnfit } = options;
  if ((await findUnfitFilters(client, publication)).length === 0) return;
  await changing(client, options, async () => onUnfit(await dropUnfit(client, publication)));
}

async function dropUnfit(client: Client, publication: string): Promise<UnfitTable[]> {
  const unfit = await findUnfitFilters(client, publication);
  await dropTables(client, { publication, oids: unfit.map(({ oid }) => oid) });
  return unfit;
}

async function changing<Result>(
  client: Client,
  { publication, waitMaxMs = 10_000 }: Pick<EnsureOptions, 'publication' | 'waitMaxMs'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = ${Math.round(waitMaxMs)}`);
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // the first failure is the one to report
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw sourceError(error, `changing publication ${publication}`);
    throw new AppError(
      'SOURCE_BLOCKED',
      `changing publication ${publication} waits for a table lock; open: ${await describeBlockers(client)}`,
      { cause: error },
    );
  }
}

/** Throws SOURCE_PUBLICATION when it is gone: the slot cannot pass what was changed while there was none. */
export async function requirePublication(client: Client, publication: string): Promise<void> {
  const existing = await readPublication(client, publication);
  if (!existing) throw new AppError('SOURCE_PUBLICATION', `somebody dropped publication ${publication}`);
}

/** Does nothing when there is no such publication. Drop the slot first: it cannot decode without its publication. */
export async function dropPublication(client: Client, publication: string): Promise<void> {
  try {
    await client.query(`DROP PUBLICATION IF EXISTS ${escapeIdentifier(publication)}`);
  } catch (error) {
    throw sourceError(error, `dropping publication ${publication}`);
  }
}

const LOCK_NOT_AVAILABLE = '55P03';

type Applied = PublicationChange & { readonly filtered: ReadonlySet<number> };

async function applyTables(
  client: Client,
  { publication, tables, filters = new Map() }: EnsureOptions,
): Promise<Applied> {
  const existing = await readPublication(client, publication);
  if (existing && !existing.isOurs) {
    throw new AppError(
      'SOURCE_PUBLICATION',
      `publication ${publication} covers all tables, leaves columns out, or leaves operations out`,
    );
  }
  const present = await readPublishedFilters(client, publication);
  const isSame = (oid: number) => {
    const filter = filters.get(oid);
    return filter?.published !== null && samePublished(present.get(oid) ?? null, filter?.published ?? null);
  };
  const isWanted = (oid: number) => tables.includes(oid);
  const held = [...(existing?.tables ?? [])];
  const changed = held.filter((oid) => isWanted(oid) && !isSame(oid));
  const removed = held.filter((oid) => !isWanted(oid));
  const added = tables.filter((oid) => !existing?.tables.has(oid));
  const put = [...added, ...changed];
  const plain = await tableNames(
    client,
    put.filter((oid) => !filters.has(oid)),
  );
  const name = escapeIdentifier(publication);
  await dropTables(client, { publication, oids: [...removed, ...changed] });
  if (!existing) {
    await client.query(
      `CREATE PUBLICATION ${name} ${plain.length > 0 ? `FOR TABLE ${plain.join(', ')}` : ''}
         WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
    );
  } else if (plain.length > 0) await client.query(`ALTER PUBLICATION ${name} ADD TABLE ${plain.join(', ')}`);
  const filtered = put.flatMap((oid) => filters.get(oid) ?? []);
  const unfit: UnfitTable[] = [];
  for (const filter of filtered) unfit.push(...(await addFiltered(client, { name, filter })));
  return { isCreated: !existing, added, removed, unfit, filtered: new Set(filtered.map(({ oid }) => oid)) };
}

/** Under a savepoint: what the server refuses concerns this table alone. */
async function addFiltered(
  client: Client,
  { name, filter }: { name: string; filter: BoundFilter },
): Promise<UnfitTable[]> {
  const { oid } = filter;
  const where = presentFilter({ oid, columns: await columnNames(client, oid) }, filter);
  if (!where) return [{ oid, reason: 'a column of its filter is gone' }];
  const [table = ''] = await tableNames(client, [oid]);
  await client.query('SAVEPOINT filtered');
  try {
    await client.query(`ALTER PUBLICATION ${name} ADD TABLE ${table} WHERE (${filterSql(where)})`);
    return [];
  } catch (error) {
    if (!REFUSALS.test(sqlState(error) ?? '') || !(error instanceof Error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT filtered');
    return [{ oid, reason: error.message }];
  }
}

/** Feature not supported, data exceptions, invalid definitions, types and operators that do not meet. */
const REFUSALS = /^(0A000|22...|42P17|42804|42846|42883)$/;

async function columnNames(client: Client, oid: number): Promise<{ attnum: number; name: string }[]> {
  const { rows } = await client.query<{ attnum: number; name: string }>(
    'SELECT attnum, attname AS name FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped',
    [oid],
  );
  return rows;
}

async function dropTables(client: Client, { publication, oids }: { publication: string; oids: readonly number[] }) {
  const names = await tableNames(client, oids);
  if (names.length === 0) return;
  await client.query(`ALTER PUBLICATION ${escapeIdentifier(publication)} DROP TABLE ${names.join(', ')}`);
}

async function readPublication(
  client: Client,
  publication: string,
): Promise<{ isOurs: boolean; tables: ReadonlySet<number> } | null> {
  const { rows } = await client.query<{ is_ours: boolean; tables: number[] }>(
    `SELECT NOT p.puballtables AND p.pubviaroot AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
            AND NOT coalesce(bool_or(to_jsonb(r) ->> 'prattrs' IS NOT NULL), false)
            AS is_ours,
            coalesce(array_agg(r.prrelid::int8 ORDER BY r.prrelid) FILTER (WHERE r.prrelid IS NOT NULL), '{}') AS tables
       FROM pg_publication p LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid
      WHERE p.pubname = $1 GROUP BY p.oid`,
    [publication],
  );
  const row = rows[0];
  return row ? { isOurs: row.is_ours, tables: new Set(row.tables.map(Number)) } : null;
}

/** ONLY keeps the inheritance children of a plain table out; a partitioned table includes its partitions anyway. */
async function tableNames(client: Client, oids: readonly number[]): Promise<string[]> {
  const { rows } = await client.query<{ oid: number; schema: string; table: string }>(
    `SELECT c.oid, n.nspname AS schema, c.relname AS table
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY($1::oid[])`,
    [oids],
  );
  if (rows.length < oids.length) throw new AppError('NOT_FOUND', 'a table of the publication no longer exists');
  return rows.map((row) => `ONLY ${qualifiedName(row)}`);
}

import { type Client, escapeIdentifier } from 'pg';
import { AppError } from '@/server/errors/app-error.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sourceError, sqlState } from '@/server/postgres/source-error.ts';
import { describeBlockers } from './blockers.ts';

type EnsureOptions = {
  readonly publication: string;
  /** pg_class oids of plain and partitioned tables. */
  readonly tables: readonly number[];
  readonly waitMaxMs?: number;
};
type PublicationChange = {
  readonly isCreated: boolean;
  readonly added: readonly number[];
  readonly removed: readonly number[];
};

/**
 * Makes the publication hold exactly these tables, by name one by one: publishing all tables would break updates of
 * tables without a replica identity. Partitioned tables are published through their root. After adding tables, pass the
 * xmin barrier before their copy starts. Throws SOURCE_PUBLICATION when someone else has shaped it differently, NOT_FOUND
 * for a missing table, SOURCE_BLOCKED when a lock is not granted within `waitMaxMs`.
 */
export async function ensurePublication(client: Client, options: EnsureOptions): Promise<PublicationChange> {
  const { publication, tables, waitMaxMs = 10_000 } = options;
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = ${Math.round(waitMaxMs)}`);
    const change = await applyTables(client, { publication, tables });
    await client.query('COMMIT');
    return change;
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

async function applyTables(
  client: Client,
  options: { publication: string; tables: readonly number[] },
): Promise<PublicationChange> {
  const name = escapeIdentifier(options.publication);
  const existing = await readPublication(client, options.publication);
  if (!existing) {
    const list = await tableNames(client, options.tables);
    await client.query(
      `CREATE PUBLICATION ${name} ${list.length > 0 ? `FOR TABLE ${list.join(', ')}` : ''}
         WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
    );
    return { isCreated: true, added: options.tables, removed: [] };
  }
  if (!existing.isOurs)
    throw new AppError(
      'SOURCE_PUBLICATION',
      `publication ${options.publication} covers all tables, filters rows or columns, or leaves operations out`,
    );
  const wanted = new Set(options.tables);
  const added = options.tables.filter((oid) => !existing.tables.has(oid));
  const removed = [...existing.tables].filter((oid) => !wanted.has(oid));
  const addedNames = await tableNames(client, added);
  const removedNames = await tableNames(client, removed);
  if (addedNames.length > 0) await client.query(`ALTER PUBLICATION ${name} ADD TABLE ${addedNames.join(', ')}`);
  if (removedNames.length > 0) await client.query(`ALTER PUBLICATION ${name} DROP TABLE ${removedNames.join(', ')}`);
  return { isCreated: false, added, removed };
}

async function readPublication(
  client: Client,
  publication: string,
): Promise<{ isOurs: boolean; tables: ReadonlySet<number> } | null> {
  const { rows } = await client.query<{ is_ours: boolean; tables: number[] }>(
    `SELECT NOT p.puballtables AND p.pubviaroot AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
            AND NOT coalesce(bool_or(to_jsonb(r) ->> 'prqual' IS NOT NULL OR to_jsonb(r) ->> 'prattrs' IS NOT NULL), false)
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

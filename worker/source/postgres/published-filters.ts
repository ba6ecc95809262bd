import type { Client } from 'pg';
import type { PublishedFilter } from '@/server/domain/row-filter.ts';

/** The filters of a publication, by table; tables of which all rows are sent are left out. */
export async function readPublishedFilters(
  client: Client,
  publication: string,
): Promise<ReadonlyMap<number, PublishedFilter>> {
  // By way of JSON: servers before 15 have neither column.
  const { rows } = await client.query<{ oid: string; tree: string; text: string | null }>(
    `SELECT r.prrelid::int8 AS oid, regexp_replace(to_jsonb(r) ->> 'prqual', ' :location -?[0-9]+', '', 'g') AS tree,
            to_jsonb(t) ->> 'rowfilter' AS text
       FROM pg_publication p
       JOIN pg_publication_rel r ON r.prpubid = p.oid
       JOIN pg_class c ON c.oid = r.prrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_publication_tables t
         ON t.pubname = p.pubname AND t.schemaname = n.nspname AND t.tablename = c.relname
      WHERE p.pubname = $1 AND to_jsonb(r) ->> 'prqual' IS NOT NULL`,
    [publication],
  );
  return new Map(rows.map(({ oid, tree, text }) => [Number(oid), { tree, text: text ?? '' }]));
}

/** A published table that must not be filtered as it is, and why. */
export type UnfitTable = { readonly oid: number; readonly reason: string };

/**
 * Filtered tables of a publication on which the source's own updates or deletes fail, because a column of the filter is not
 * part of the replica identity of the table, or of one of its partitions.
 */
export async function findUnfitFilters(client: Client, publication: string): Promise<UnfitTable[]> {
  const { rows } = await client.query<{ oid: string; column: string; member: string }>(
    `SELECT DISTINCT ON (r.prrelid) r.prrelid::int8 AS oid, a.attname AS column,
            format('%I.%I', n.nspname, leaf.relname) AS member
       FROM pg_publication p
       JOIN pg_publication_rel r ON r.prpubid = p.oid AND to_jsonb(r) ->> 'prqual' IS NOT NULL
       JOIN pg_class root ON root.oid = r.prrelid
       JOIN pg_depend d ON d.classid = 'pg_publication_rel'::regclass AND d.objid = r.oid
                       AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.prrelid AND d.refobjsubid > 0
       JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = d.refobjsubid
       JOIN LATERAL (SELECT r.prrelid AS oid WHERE root.relkind <> 'p'
                     UNION ALL
                     SELECT relid::oid FROM pg_partition_tree(r.prrelid) WHERE isleaf) member ON true
       JOIN pg_class leaf ON leaf.oid = member.oid AND leaf.relkind = 'r'
       JOIN pg_namespace n ON n.oid = leaf.relnamespace
       JOIN pg_attribute own ON own.attrelid = leaf.oid AND own.attname = a.attname AND NOT own.attisdropped
      WHERE p.pubname = $1 AND leaf.relreplident <> 'f'
        AND NOT EXISTS (
          SELECT FROM pg_index k, generate_series(0, k.indnkeyatts - 1) i
           WHERE k.indrelid = leaf.oid AND k.indisvalid AND k.indimmediate AND k.indkey[i] = own.attnum
             AND CASE leaf.relreplident WHEN 'd' THEN k.indisprimary WHEN 'i' THEN k.indisreplident ELSE false END)
      ORDER BY r.prrelid, leaf.oid`,
    [publication],
  );
  return rows.map(({ oid, column, member }) => ({
    oid: Number(oid),
    reason: `${column}, a column of its filter, is not part of the replica identity of ${member}`,
  }));
}

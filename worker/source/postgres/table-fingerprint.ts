import { createHash } from 'node:crypto';
import type { Client } from 'pg';

/**
 * Changes whenever the table's (or a partition's) files are replaced, by TRUNCATE, CLUSTER, VACUUM FULL or a rewriting
 * ALTER TABLE, when a partition comes or goes, and when its columns change.
 */
export async function tableFingerprint(client: Client, oid: number): Promise<string> {
  const { rows } = await client.query<{ files: string; columns: string }>(
    `SELECT (SELECT coalesce(string_agg(f.relid::oid || ':' || coalesce(pg_relation_filenode(f.relid), 0), ',' ORDER BY f.relid::oid), '')
               FROM (SELECT relid FROM pg_partition_tree($1) UNION SELECT $1::oid::regclass) f) AS files,
            (SELECT coalesce(jsonb_agg(jsonb_build_array(attnum, attname, atttypid, atttypmod) ORDER BY attnum), '[]')::text
               FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped) AS columns`,
    [oid],
  );
  return createHash('sha256').update(`${rows[0]?.files} ${rows[0]?.columns}`).digest('base64url').slice(0, 22);
}

import type { EffectPolicy } from '@/server/domain/table-request.ts';
import { keyColumns } from './fold.ts';
import type { LoadedChanges } from './load-changes.ts';
import { type LakeFile, readLiveRows } from './read-lake-files.ts';
import { SOFT_DELETE } from './soft-delete.ts';

/** What deletes and truncates do to a mirror. */
export type Effects = {
  readonly onDelete: EffectPolicy;
  readonly onTruncate: EffectPolicy;
  /** Index of the lake column that says when a row was deleted; -1 when there is none. */
  readonly deletedAt: number;
};

type Options = Effects & {
  /** The mirror's present rows; asked for only when a truncate has to keep them. */
  readonly lakeFiles: () => Promise<{
    readonly files: readonly LakeFile[];
    readonly deletes: readonly { readonly localPath: string }[];
  }>;
};

/**
 * The changes as a mirror shows them that does not simply apply deletes and truncates, in a table of their own in stream
 * order. Ignored ones are left out; soft ones become updates of the column that says when, of every row that is there for a
 * truncate. A key change is no delete: the row goes on under its new key.
 */
export async function applyEffects(loaded: LoadedChanges, options: Options): Promise<LoadedChanges> {
  const { session, table: sent } = loaded;
  const { onDelete, onTruncate } = options;
  const { hits = 0 } = await session.numbers(`SELECT count(*) AS hits FROM ${sent}
    WHERE (op = 'd' AND ${onDelete !== 'apply'}) OR (op = 't' AND ${onTruncate !== 'apply'})`);
  if (hits === 0) return loaded;
  const table = session.newName('effects');
  const select = selectEffects(loaded, options);
  await session.run(`CREATE TEMP TABLE ${table} AS ${select} AND false`);
  const effects = { ...loaded, table };
  const truncates =
    onTruncate === 'soft'
      ? await session.rows(`SELECT rowid AS rid, lsn, ordinal, time, xid FROM ${sent} WHERE op = 't' ORDER BY rowid`)
      : [];
  let from = -1n;
  for (const [index, row] of truncates.entries()) {
    const to = BigInt(String(row.rid));
    await session.run(`INSERT INTO ${table} ${select} AND rowid > ${from} AND rowid < ${to} ORDER BY rowid`);
    const meta = [row.lsn, row.ordinal, row.time, row.xid].map(String).join(', ');
    await insertTruncated(effects, { ...options, meta, isFirst: index === 0 });
    from = to;
  }
  await session.run(`INSERT INTO ${table} ${select} AND rowid > ${from} ORDER BY rowid`);
  return effects;
}

/** Ends in a WHERE clause that more conditions may follow. */
function selectEffects(loaded: LoadedChanges, { onDelete, onTruncate, deletedAt }: Options): string {
  const soft = `(op = 'd' AND bad IS NULL AND ${onDelete === 'soft'})`;
  const columns = loaded.lake.columns.map((_, i) =>
    i === deletedAt ? `CASE WHEN ${soft} THEN make_timestamptz(time) ELSE c${i} END AS c${i}` : `c${i}`,
  );
  const left = [...(onDelete === 'ignore' ? [`'d'`] : []), ...(onTruncate === 'apply' ? [] : [`'t'`])];
  return `SELECT CASE WHEN ${soft} THEN '${SOFT_DELETE}' ELSE op END AS op, lsn, ordinal, time, xid,
    CASE WHEN ${soft} THEN ${allValues(loaded, deletedAt)} ELSE unchanged END AS unchanged, bad, nulled, ${columns.join(', ')}
    FROM ${loaded.table} WHERE ${left.length === 0 ? 'true' : `op NOT IN (${left.join(', ')})`}`;
}

/** Every column but the key and the time of the delete stays as it is. */
function allValues(loaded: LoadedChanges, deletedAt: number): string {
  const keys = new Set(keyColumns(loaded));
  const kept = loaded.lake.columns.flatMap((_, i) => (i === deletedAt || keys.has(`c${i}`) ? [] : [i]));
  return `CAST([${kept.join(', ')}] AS SMALLINT[])`;
}

/** A soft delete of every row that is there when the truncate comes: by the batch so far, else by the lake. */
async function insertTruncated(
  effects: LoadedChanges,
  { deletedAt, lakeFiles, meta, isFirst }: Options & { meta: string; isFirst: boolean },
): Promise<void> {
  const { session, lake, table } = effects;
  const keys = keyColumns(effects);
  const present = session.newName('present');
  await session.run(`CREATE TEMP TABLE ${present} AS SELECT ${keys.join(', ')}, arg_max(op, rowid) AS last_op FROM ${table}
    WHERE bad IS NULL GROUP BY ${keys.join(', ')}`);
  const parts = [`SELECT ${keys.join(', ')} FROM ${present} WHERE last_op IN ('i', 'u', 'U')`];
  if (isFirst) {
    const { files, deletes } = await lakeFiles();
    const read = [...keys, `c${deletedAt}`].flatMap((as) => {
      const column = lake.columns[Number(as.slice(1))];
      return column ? [{ column, as }] : [];
    });
    if (files.length > 0) {
      parts.push(`SELECT ${keys.map((key) => `r.${key}`).join(', ')} FROM ${readLiveRows({ files, columns: read, deletes })} r
        WHERE r.c${deletedAt} IS NULL AND NOT EXISTS (SELECT 1 FROM ${present} p
          WHERE ${keys.map((key) => `p.${key} = r.${key}`).join(' AND ')})`);
    }
  }
  const values = lake.columns.map((_, i) => {
    if (i === deletedAt) return 'make_timestamptz(meta.time)';
    return keys.includes(`c${i}`) ? `c${i}` : 'NULL';
  });
  await session.run(`INSERT INTO ${table}
    SELECT '${SOFT_DELETE}', meta.lsn, meta.ordinal, meta.time, meta.xid, ${allValues(effects, deletedAt)}, NULL, NULL,
      ${values.join(', ')}
    FROM (${parts.join(' UNION ALL ')}) AS keys, (SELECT * FROM (VALUES (${meta})) AS v (lsn, ordinal, time, xid)) AS meta`);
}

import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { Excuses } from '@/server/domain/verification.ts';
import type { ColumnarSession } from './columnar-session.ts';

export type CompareOptions = {
  readonly lake: LakeTable;
  /** From `loadCopy`: `bad`, `nulled`, `c0` ... */
  readonly source: string;
  /** From `projectLake`: `c0` ... */
  readonly projected: string;
  /** Keys that are parked, `k0` ... */
  readonly excused: string;
  /** Index of the column that says when a row was deleted; -1 for none. */
  readonly deletedAt: number;
  /** The mirror keeps rows that the source has deleted or truncated, without a word. */
  readonly keepsExtra: boolean;
};

export type ComparedRows = {
  /** Session table `kind` (missing | extra | different), `k0` ..., `source_hash`, `lake_hash`, `columns SMALLINT[]`. */
  readonly differences: string;
  readonly count: number;
  readonly sourceRows: number;
  readonly lakeRows: number;
  /** Over the rows that are held against each other, so that equal ranges have equal ones. */
  readonly sourceChecksum: string;
  readonly lakeChecksum: string;
  readonly excuses: Excuses;
};

/**
 * Compares the source's rows of a range with the lake's, value by value: decimals by their digits, times by their
 * microseconds, floating numbers by their sign and bits as well, long values by a digest. The hashes only tell whether a row changed between two looks.
 */
export async function compareRows(session: ColumnarSession, options: CompareOptions): Promise<ComparedRows> {
  const { lake, source, projected, excused, deletedAt, keepsExtra } = options;
  const keys = lake.keyFieldIds.map((id) => lake.columns.findIndex(({ fieldId }) => fieldId === id));
  const compared = lake.columns.flatMap(({ attnum }, i) => (attnum === null || keys.includes(i) ? [] : [i]));
  const exact = (side: string, i: number) => (isFloating(lake, i) ? `CAST(${side}.c${i} AS VARCHAR)` : `${side}.c${i}`);
  const hash = (side: string) => `hash(${[...keys, ...compared].map((i) => exact(side, i)).join(', ')})`;
  const differs = compared.map((i) => ({ i, test: `${exact('s', i)} IS DISTINCT FROM ${exact('l', i)}` }));
  const isDeleted = deletedAt < 0 ? 'false' : `l.c${deletedAt} IS NOT NULL`;
  const keyNames = keys.map((_, at) => `k${at}`).join(', ');

  const differences = session.newName('differences');
  // A key that the lake has twice matches once; its other rows are extra ones. Ordered, or each look would name another row.
  await session.run(`CREATE TEMP TABLE ${differences} AS SELECT
      CASE WHEN l.copy_no IS NULL THEN 'missing' WHEN s.one IS NULL THEN 'extra' ELSE 'different' END AS kind,
      ${keys.map((i, at) => `coalesce(s.c${i}, l.c${i}) AS k${at}`).join(', ')},
      CASE WHEN s.one IS NOT NULL THEN ${hash('s')} END AS source_hash,
      CASE WHEN l.copy_no IS NOT NULL THEN ${hash('l')} END AS lake_hash,
      CAST(list_filter([${[...differs.map(({ i, test }) => `CASE WHEN ${test} THEN ${i} END`), 'NULL'].join(', ')}],
        lambda i: i IS NOT NULL) AS SMALLINT[]) AS columns,
      l.copy_no > 1 AS is_copy, coalesce(${isDeleted}, false) AS is_deleted
    FROM (SELECT *, 1::BIGINT AS one FROM ${source}) s
    FULL JOIN (SELECT *, row_number() OVER (
        PARTITION BY ${keys.map((i) => `p.c${i}`).join(', ')} ORDER BY ${hash('p')}) AS copy_no FROM ${projected} p) l
      ON ${keys.map((i) => `s.c${i} = l.c${i}`).join(' AND ')} AND s.one = l.copy_no
    WHERE l.copy_no IS NULL OR s.one IS NULL OR s.bad IS NOT NULL OR ${isDeleted}
      ${differs.map(({ test }) => `OR ${test}`).join(' ')}`);

  // A doubled key is named once, whichever of its rows matched.
  const sameKey = (side: string) => keys.map((_, at) => `${side}.k${at} = d.k${at}`).join(' AND ');
  await session.run(`DELETE FROM ${differences} d WHERE kind = 'different'
    AND EXISTS (SELECT 1 FROM ${differences} o WHERE o.is_copy AND ${sameKey('o')})`);

  const left = session.newName('left_out');
  const isParked = `EXISTS (SELECT 1 FROM ${excused} e WHERE ${sameKey('e')})`;
  await session.run(`CREATE TEMP TABLE ${left} AS SELECT ${keyNames}, CASE
      WHEN ${isParked} THEN 'dead_letter'
      WHEN d.kind = 'extra' AND NOT d.is_copy AND d.is_deleted THEN 'soft_deleted'
      WHEN d.kind = 'extra' AND NOT d.is_copy AND ${keepsExtra} THEN 'deletes_ignored' END AS excuse
    FROM ${differences} d`);
  await session.run(`DELETE FROM ${left} WHERE excuse IS NULL`);
  await session.run(`DELETE FROM ${differences} d USING ${left} e WHERE ${sameKey('e')}`);
  const excuses = await countExcuses(session, { left, source });
  const { count = 0 } = await session.numbers(`SELECT count(*) AS count FROM ${differences}`);
  const held = (side: 's' | 'l', table: string) =>
    `SELECT count(*) AS n, CAST(sum(${hash(side)}) AS VARCHAR) AS checksum FROM ${table} ${side}
      WHERE NOT EXISTS (SELECT 1 FROM ${left} e WHERE ${keys.map((i, at) => `e.k${at} = ${side}.c${i}`).join(' AND ')})`;
  const [sourceSum] = await session.rows(held('s', source));
  const [lakeSum] = await session.rows(held('l', projected));
  return {
    differences,
    count,
    sourceRows: Number(sourceSum?.n ?? 0),
    lakeRows: Number(lakeSum?.n ?? 0),
    sourceChecksum: checksum(sourceSum?.checksum),
    lakeChecksum: checksum(lakeSum?.checksum),
    excuses,
  };
}

/** DuckDB takes 0 and -0 for equal, and their texts not. */
function isFloating(lake: LakeTable, index: number): boolean {
  const type = lake.columns[index]?.type;
  return type === 'float' || type === 'double';
}

async function countExcuses(
  session: ColumnarSession,
  { left, source }: { left: string; source: string },
): Promise<Excuses> {
  const rows = await session.rows(`SELECT excuse, count(*) AS n FROM ${left} GROUP BY excuse`);
  const { nulled = 0 } = await session.numbers(
    `SELECT sum(len(nulled)) AS nulled FROM ${source} WHERE nulled IS NOT NULL AND bad IS NULL`,
  );
  return {
    ...Object.fromEntries(rows.map(({ excuse, n }) => [String(excuse), Number(n)])),
    ...(nulled > 0 ? { null_policy: nulled } : {}),
  };
}

/** A sum of 64-bit hashes, by its lower 64 bits. */
const checksum = (sum: unknown): string =>
  BigInt.asUintN(64, BigInt(typeof sum === 'string' ? sum : '0'))
    .toString(16)
    .padStart(16, '0');

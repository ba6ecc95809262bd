import { writeFile } from 'node:fs/promises';
import { convertText } from './convert-text.ts';
import { type Folded, keyColumns } from './fold.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import type { LoadedChanges } from './load-changes.ts';
import { SOFT_DELETE } from './soft-delete.ts';
import { literal } from './sql-text.ts';

/** A key whose lake row is not what the source had when the batch began. */
export type ParkedKey = {
  readonly id: number;
  /** The source's texts, in key order. */
  readonly key: readonly (string | null)[];
  /** The lake's row is newer, not older: it is only wrong for a row that left this key before. */
  readonly movesOnly: boolean;
};

/** Puts the keys into a session table: `id`, `moves_only`, `k0` ... as the lake's types. Null when there are none. */
export async function loadParkedKeys(loaded: LoadedChanges, keys: readonly ParkedKey[]): Promise<string | null> {
  const { session, lake } = loaded;
  const columns = lake.keyFieldIds.flatMap((id) => lake.columns.filter(({ fieldId }) => fieldId === id));
  const fitting = keys.filter(({ key }) => key.length === columns.length && !key.includes(null));
  if (fitting.length === 0 || columns.length === 0) return null;
  const path = session.scratchPath(`${session.newName('parked')}.csv`);
  const quoted = (text: string | null) => `"${(text ?? '').replaceAll('"', '""')}"`;
  await writeFile(
    path,
    fitting.map(({ id, movesOnly, key }) => `${id},${movesOnly},${key.map(quoted).join(',')}\n`).join(''),
  );
  const types = [`'id': 'BIGINT'`, `'moves_only': 'BOOLEAN'`, ...columns.map((_, at) => `'s${at}': 'VARCHAR'`)];
  const values = columns.map(
    ({ type }, at) =>
      `CAST(${convertText({ text: `s${at}`, source: { kind: 'text' }, lake: type })} AS ${lakeSqlType(type)}) AS k${at}`,
  );
  const table = session.newName('parked');
  await session.run(`CREATE TEMP TABLE ${table} AS SELECT id, moves_only, ${values.join(', ')} FROM read_csv(${literal(path)},
    columns = {${types.join(', ')}}, auto_detect = false, header = false, new_line = '\\n', allow_quoted_nulls = false,
    delim = ',', quote = '"', escape = '"', nullstr = '')`);
  return table;
}

export type Superseded = {
  /** Of the parked keys. */
  readonly ids: readonly number[];
  /** `lsn,ordinal` of rejects of this batch. */
  readonly positions: ReadonlySet<string>;
};

/** What the batch makes good: the mirror shows a later state of these keys. Ask it once the rows to write are final. */
export async function supersededBy(folded: Folded, parkedTable: string | null): Promise<Superseded> {
  const { loaded, lastTable, upsertsTable, truncated, wiped } = folded;
  const { session, table } = loaded;
  const keys = keyColumns(loaded);
  const applied = `(l.last_op IN ('d', 'D', '${SOFT_DELETE}') OR l.rid IN (SELECT rid FROM ${upsertsTable}))`;
  const old =
    parkedTable === null
      ? []
      : await session.rows(`SELECT DISTINCT p.id FROM ${parkedTable} p WHERE NOT p.moves_only AND (${truncated} OR EXISTS (
          SELECT 1 FROM ${lastTable} l WHERE ${keys.map((key, at) => `l.${key} = p.k${at}`).join(' AND ')} AND ${applied}))`);
  const own =
    await session.rows(`SELECT b.lsn, b.ordinal FROM ${table} b WHERE b.bad IS NOT NULL AND (b.rowid <= ${wiped}
    OR EXISTS (SELECT 1 FROM ${lastTable} l WHERE ${keys.map((key) => `l.${key} = b.${key}`).join(' AND ')}
      AND l.rid > b.rowid AND ${applied}))`);
  return {
    ids: old.map(({ id }) => Number(id)),
    positions: new Set(own.map(({ lsn, ordinal }) => `${lsn},${ordinal}`)),
  };
}

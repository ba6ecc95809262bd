import path from 'node:path';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { DifferenceSample } from '@/server/domain/verification.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { isList } from './lake-sql-type.ts';
import { literal } from './sql-text.ts';

const SAMPLE_MAX = 20;
/** Characters of one key's text that are shown. */
const KEY_TEXT_MAX = 200;

export type SettledDifferences = {
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
  /** Rows that differ now and were equal, or another version of themselves, at the look before. */
  readonly unsettled: number;
  readonly sample: DifferenceSample;
};

/** Keeps a look's differences in a file, for the next look's session to compare with. */
export async function keepDifferences(
  session: ColumnarSession,
  { differences, dir, name }: { differences: string; dir: string; name: string },
): Promise<string> {
  const file = path.join(dir, `${name}.parquet`);
  await session.run(`COPY ${differences} TO ${literal(file)} (FORMAT parquet)`);
  return file;
}

/** The differences that two looks have in common, of rows that neither side has changed in between. */
export async function settledDifferences(
  session: ColumnarSession,
  { lake, differences, before }: { lake: LakeTable; differences: string; before: string },
): Promise<SettledDifferences> {
  const keys = lake.keyFieldIds.map((_, at) => `k${at}`);
  const same = [...keys, 'kind', 'source_hash', 'lake_hash'].map((name) => `b.${name} IS NOT DISTINCT FROM d.${name}`);
  const settled = session.newName('settled');
  await session.run(
    `CREATE TEMP TABLE ${settled} AS SELECT d.* FROM ${differences} d SEMI JOIN read_parquet(${literal(before)}) b ON ${same.join(' AND ')}`,
  );
  const counts = await session.rows(`SELECT kind, count(*) AS n FROM ${settled} GROUP BY kind`);
  const of = (kind: string) => Number(counts.find((row) => row.kind === kind)?.n ?? 0);
  const { all = 0 } = await session.numbers(`SELECT count(*) AS "all" FROM ${differences}`);
  const sampleOf = async (kind: string) =>
    session.rows(`SELECT ${keyTexts(lake).join(', ')}, columns FROM ${settled} WHERE kind = '${kind}'
      ORDER BY ${keys.join(', ')} LIMIT ${SAMPLE_MAX}`);
  const keyOf = (row: Record<string, unknown>) => keys.map((name) => String(row[name] ?? ''));
  const [missing, extra, different] = [of('missing'), of('extra'), of('different')];
  return {
    missing,
    extra,
    different,
    unsettled: all - missing - extra - different,
    sample: {
      missing: (await sampleOf('missing')).map(keyOf),
      extra: (await sampleOf('extra')).map(keyOf),
      different: (await sampleOf('different')).map((row) => ({ key: keyOf(row), columns: namesOf(lake, row.columns) })),
    },
  };
}

const keyTexts = (lake: LakeTable): string[] =>
  lake.keyFieldIds.map((id, at) => {
    const type = lake.columns.find(({ fieldId }) => fieldId === id)?.type ?? 'string';
    const text = type === 'binary' ? `'\\x' || lower(hex(k${at}))` : `CAST(k${at} AS VARCHAR)`;
    return `left(${isList(type) ? `CAST(k${at} AS VARCHAR)` : text}, ${KEY_TEXT_MAX}) AS k${at}`;
  });

function namesOf(lake: LakeTable, indexes: unknown): string[] {
  const list = Array.isArray(indexes) ? indexes : [];
  return list.map((index) => lake.columns[Number(index)]?.name ?? '');
}

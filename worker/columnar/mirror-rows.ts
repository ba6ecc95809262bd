import type { Part } from './apart.ts';
import type { LakeValues } from './complete-from-lake.ts';
import type { Folded } from './fold.ts';
import { PART_BYTES } from './row-width.ts';

/** Rows to write into one file: few enough to be in memory, where they are wide. */
export type MirrorRows = {
  /** A query with `c0`, `c1` ... */
  readonly select: string;
  readonly rowBytes: number;
  readonly isLarge: boolean;
};

/**
 * The rows to write, each value from where it stands: in the row itself, in an earlier one of the batch, or in the lake's
 * row. Rows whose values are held apart are divided by the parts that hold them.
 */
export async function mirrorRows(folded: Folded, lakeValues: LakeValues | undefined): Promise<MirrorRows[]> {
  const { loaded, upsertsTable } = folded;
  const { apart, rowBytes } = loaded;
  const lakeParts = lakeValues?.parts ?? [];
  if (!apart && lakeParts.length <= 1) {
    const place = { own: null, sources: new Map(), lake: lakeParts[0] ?? null };
    return [{ select: selectFrom(folded, { place, rids: upsertsTable }), rowBytes, isLarge: false }];
  }
  const spread = await spreadRows(folded, lakeValues);
  const branches: Branch[] = [];
  for (const combination of spread.combinations) {
    const part = (value: unknown, parts: readonly Part[]) => (value === null ? null : (parts[Number(value)] ?? null));
    const sources = new Map(spread.sources.map((i) => [i, part(combination[`p${i}`], apart?.parts ?? [])]));
    const place = { own: part(combination.p, apart?.parts ?? []), sources, lake: part(combination.pl, lakeParts) };
    const parts = [place.own, place.lake, ...sources.values()].filter((held) => held !== null);
    const same = spread.names.map((name) => `${name} IS NOT DISTINCT FROM ${combination[name] ?? 'NULL'}`);
    const rids = `(SELECT rid FROM ${spread.table} WHERE ${same.join(' AND ')})`;
    const rows = Number(combination.rows);
    branches.push({
      select: selectFrom(folded, { place, rids }),
      rows,
      bytes: new Set(parts).size === 0 ? 0 : [...new Set(parts)].reduce((sum, p) => sum + (p.bytes / p.rows) * rows, 0),
      isLarge: parts.some((held) => held.isLarge),
    });
  }
  return joined(branches, rowBytes);
}

type Branch = { readonly select: string; readonly rows: number; readonly bytes: number; readonly isLarge: boolean };

/** The narrow rows first; then as many wide ones at a time as fit. */
function joined(branches: readonly Branch[], rowBytes: number): MirrorRows[] {
  const narrow = branches.filter(({ bytes }) => bytes === 0);
  const groups: Branch[][] = [];
  for (const branch of branches) {
    if (branch.bytes === 0) continue;
    const last = groups.at(-1);
    const bytes = (last ?? []).reduce((sum, other) => sum + other.bytes, branch.bytes);
    if (last && bytes <= PART_BYTES && !branch.isLarge && !last.some(({ isLarge }) => isLarge)) last.push(branch);
    else groups.push([branch]);
  }
  return [...(narrow.length > 0 ? [narrow] : []), ...groups].map((group) => {
    const rows = group.reduce((sum, branch) => sum + branch.rows, 0);
    const bytes = group.reduce((sum, branch) => sum + branch.bytes, 0);
    return {
      select: group.map(({ select }) => select).join(' UNION ALL '),
      rowBytes: bytes === 0 ? rowBytes : bytes / rows,
      isLarge: group.some(({ isLarge }) => isLarge),
    };
  });
}

/** Which part holds a row's own values, those of its sources by column, and those from the lake. */
type Place = {
  readonly own: Part | null;
  readonly sources: ReadonlyMap<number, Part | null>;
  readonly lake: Part | null;
};

/** `rids`: a table or subquery of the rows to write, by `rid`. */
function selectFrom(folded: Folded, { place, rids }: { place: Place; rids: string }): string {
  const { loaded, upsertsTable, completed } = folded;
  const { lake, table, apart } = loaded;
  const held = (part: Part | null, i: number): part is Part => part !== null && (apart?.columns.includes(i) ?? false);
  // A single row is not joined, which would be one more copy of it.
  const from = (part: Part, alias: string, i: number) =>
    part.isLarge ? `(SELECT c${i} FROM ${part.table})` : `${alias}.c${i}`;
  const values = lake.columns.map((_, i) => {
    const own = held(place.own, i) ? from(place.own, 'w', i) : `t.c${i}`;
    if (!completed.includes(i)) return `${own} AS c${i}`;
    const source = place.sources.get(i) ?? null;
    const earlier = held(source, i) ? from(source, `w${i}`, i) : `b${i}.c${i}`;
    const fromLake = place.lake ? `l.v${i}` : 'NULL';
    // Rows without anything unchanged have no sources at all.
    return `CASE WHEN u.src${i} IS NOT NULL THEN ${earlier} WHEN u.from_lake THEN ${fromLake} ELSE ${own} END AS c${i}`;
  });
  const wide = (part: Part | null | undefined, alias: string, row: string) =>
    part && !part.isLarge
      ? `JOIN ${part.table} ${alias} ON ${alias}.lsn = ${row}.lsn AND ${alias}.ordinal = ${row}.ordinal`
      : '';
  const joins = [
    wide(place.own, 'w', 't'),
    ...completed.flatMap((i) => [
      `LEFT JOIN ${table} b${i} ON b${i}.rowid = u.src${i}`,
      wide(place.sources.get(i), `w${i}`, `b${i}`),
    ]),
    place.lake ? `LEFT JOIN ${place.lake.table} l ON l.rid = u.rid` : '',
  ];
  const only = rids === upsertsTable ? '' : `WHERE u.rid IN ${rids}`;
  return `SELECT ${values.join(', ')} FROM ${upsertsTable} u JOIN ${table} t ON t.rowid = u.rid ${joins.join(' ')} ${only}`;
}

type Spread = {
  readonly table: string;
  /** `p` of the row itself, `p<i>` of the source of column i, `pl` of the lake's values. */
  readonly names: readonly string[];
  readonly sources: readonly number[];
  readonly combinations: readonly Record<string, unknown>[];
};

/** For each row to write the parts that hold its values; NULL where the loaded table does. */
async function spreadRows(folded: Folded, lakeValues: LakeValues | undefined): Promise<Spread> {
  const { loaded, upsertsTable, completed } = folded;
  const { session, table, apart } = loaded;
  const spread = session.newName('spread');
  const sources = apart ? completed.filter((i) => apart.columns.includes(i)) : [];
  const partOf = (alias: string, row: string) =>
    `LEFT JOIN ${apart?.table} ${alias} ON ${alias}.lsn = ${row}.lsn AND ${alias}.ordinal = ${row}.ordinal`;
  const lakeTable = lakeValues?.table ?? null;
  const names = [...(apart ? ['p'] : []), ...sources.map((i) => `p${i}`), ...(lakeTable === null ? [] : ['pl'])];
  const columns = [
    ...(apart ? ['a.part AS p'] : []),
    ...sources.map((i) => `a${i}.part AS p${i}`),
    ...(lakeTable === null ? [] : ['l.part AS pl']),
  ];
  const joins = [
    ...(apart ? [partOf('a', 't')] : []),
    ...sources.flatMap((i) => [`LEFT JOIN ${table} b${i} ON b${i}.rowid = u.src${i}`, partOf(`a${i}`, `b${i}`)]),
    ...(lakeTable === null ? [] : [`LEFT JOIN ${lakeTable} l ON l.rid = u.rid`]),
  ];
  await session.run(`CREATE TEMP TABLE ${spread} AS SELECT u.rid, ${columns.join(', ')}
    FROM ${upsertsTable} u JOIN ${table} t ON t.rowid = u.rid ${joins.join(' ')}`);
  const list = names.join(', ');
  const combinations = await session.rows(
    `SELECT ${list}, count(*) AS rows FROM ${spread} GROUP BY ${list} ORDER BY ${list}`,
  );
  return { table: spread, names, sources, combinations };
}

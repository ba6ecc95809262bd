export type ChangelogRow = {
  readonly op: string;
  readonly epoch: number;
  readonly lsn: bigint;
  readonly ordinal: bigint;
  /** Canonical values of the table's columns, in order. */
  readonly values: ReadonlyArray<string | null>;
  /** Places in `values` that the source did not send again. */
  readonly unchanged: readonly number[];
};

/**
 * What a changelog says the table holds: its changes applied in the order of their positions.
 *
 * @param key places of the key's columns in `values`
 * @returns the rows, and how many positions occur more than once
 */
export function foldChangelog(
  rows: ChangelogRow[],
  key: readonly number[],
): { rows: Array<ReadonlyArray<string | null>>; duplicates: number } {
  rows.sort(byPosition);
  const state = new Map<string, ReadonlyArray<string | null>>();
  let duplicates = 0;
  // A key change is a delete of the old key and, right after it, the row under the new one: what that row leaves
  // unchanged stood under the old key.
  let moved: { row: ChangelogRow; values: ReadonlyArray<string | null> | undefined } | null = null;
  for (const [index, row] of rows.entries()) {
    const previous = rows[index - 1];
    if (previous && byPosition(previous, row) === 0) duplicates++;
    const id = JSON.stringify(key.map((place) => row.values[place]));
    if (row.op === 't') state.clear();
    else if (row.op === 'd') {
      moved = { row, values: state.get(id) };
      state.delete(id);
    } else {
      // A row that stands under the key was updated in place, and the delete in front of it was of another row.
      const before = state.get(id) ?? (moved && follows(moved.row, row) ? moved.values : undefined);
      state.set(
        id,
        row.values.map((value, place) => (row.unchanged.includes(place) ? (before?.[place] ?? null) : value)),
      );
    }
  }
  return { rows: [...state.values()], duplicates };
}

const follows = (first: ChangelogRow, second: ChangelogRow): boolean =>
  second.op === 'u' &&
  first.epoch === second.epoch &&
  first.lsn === second.lsn &&
  first.ordinal + 1n === second.ordinal;

function byPosition(a: ChangelogRow, b: ChangelogRow): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (a.lsn !== b.lsn) return a.lsn < b.lsn ? -1 : 1;
  if (a.ordinal !== b.ordinal) return a.ordinal < b.ordinal ? -1 : 1;
  return 0;
}

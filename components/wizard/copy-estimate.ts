/**
 * How fast a copy goes, from docs/performance.md: two cores copy 200,000 plain rows a second, and 86,000 whose texts need
 * care. Wide rows are bound by their bytes.
 */
const ROWS_PER_SECOND = { fast: 200_000, slow: 60_000 };
const BYTES_PER_SECOND = { fast: 60_000_000, slow: 15_000_000 };
/** Slot, publication, first snapshot, last commit. */
const AROUND_S = 5;

type Sized = { readonly rowEstimate: number | null; readonly bytes: number };

/** Seconds that the first copy of these tables takes, at best and at worst, on a machine like the measured one. */
export function copyEstimate(tables: readonly Sized[]): { fastS: number; slowS: number } {
  const rows = tables.reduce((sum, { rowEstimate }) => sum + Math.max(0, rowEstimate ?? 0), 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    fastS: AROUND_S + Math.max(rows / ROWS_PER_SECOND.fast, bytes / BYTES_PER_SECOND.fast),
    slowS: AROUND_S + Math.max(rows / ROWS_PER_SECOND.slow, bytes / BYTES_PER_SECOND.slow),
  };
}

import type { TableView } from './table-types.ts';

type Copy = TableView['copy'];

/** Before that a rate says more about how a copy begins than about how it goes. */
const SETTLED_S = 3;

/** How fast a copy goes and how long it still takes if it goes on so; null where that cannot be told yet. */
export function copyPace({ rows, rowsEstimate, startedAt, endedAt }: Copy, nowMs: number | null) {
  if (nowMs === null || startedAt === null || endedAt !== null || rows === 0) return null;
  const elapsedS = (nowMs - Date.parse(startedAt)) / 1_000;
  if (elapsedS < SETTLED_S) return null;
  const rowsPerSecond = rows / elapsedS;
  // An estimate may fall short; what is behind it cannot be told.
  const secondsLeft = rowsEstimate > rows ? (rowsEstimate - rows) / rowsPerSecond : null;
  return { rowsPerSecond, secondsLeft };
}

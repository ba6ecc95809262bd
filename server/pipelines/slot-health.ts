import type { PipelineStatusRow } from '@/db/queries/read-pipeline-status.ts';
import type { PipelineSummary } from './pipeline-view.ts';

type SlotRow = Pick<
  PipelineStatusRow,
  'slot_wal_status' | 'slot_retained_bytes' | 'slot_safe_bytes' | 'slot_growth' | 'slot_checked_at'
>;

/** What a pipeline's slot costs its source, and for how long that goes well. Null before the first look. */
export function slotHealth(row: SlotRow): PipelineSummary['slot'] {
  if (row.slot_retained_bytes === null && row.slot_wal_status === null) return null;
  return {
    walStatus: row.slot_wal_status,
    retainedBytes: row.slot_retained_bytes,
    safeBytes: row.slot_safe_bytes,
    growthBytesPerSecond: row.slot_growth === null ? null : Math.round(row.slot_growth),
    secondsLeft: secondsLeft({ safeBytes: row.slot_safe_bytes, growth: row.slot_growth }),
    checkedAt: row.slot_checked_at?.toISOString() ?? null,
  };
}

/** Beyond that, a forecast made of the last minutes says nothing. */
const FORECAST_MAX_S = 7 * 24 * 3600;

/** `growth` in bytes per second. */
export function secondsLeft({ safeBytes, growth }: { safeBytes: number | null; growth: number | null }): number | null {
  if (safeBytes === null || growth === null || growth <= 0) return null;
  const seconds = Math.max(0, Math.round(safeBytes / growth));
  return seconds > FORECAST_MAX_S ? null : seconds;
}

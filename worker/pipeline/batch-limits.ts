import type { SegmentInfo } from '@/worker/buffer/read.ts';

/** A batch closes at whichever comes first. Age counts from the arrival of its first segment. */
export type BatchLimits = {
  readonly batchRowsMax: number;
  readonly batchBytesMax: number;
  readonly batchAgeMsMax: number;
};

/**
 * The segments to commit now, or none if it is worth waiting. Segments come in order; a batch always ends with a
 * whole transaction, so one transaction larger than the limits makes a batch of its own size.
 */
export function takeBatch(
  segments: readonly SegmentInfo[],
  { limits, nowMs }: { limits: BatchLimits; nowMs: number },
): readonly SegmentInfo[] {
  let rows = 0;
  let bytes = 0;
  let end = 0;
  for (const [index, segment] of segments.entries()) {
    rows += segment.rows;
    bytes += segment.rawBytes;
    const full = rows >= limits.batchRowsMax || bytes >= limits.batchBytesMax;
    if (segment.complete) end = index + 1;
    if (full && end > 0) return segments.slice(0, end);
  }
  const first = segments[0];
  const due = first !== undefined && nowMs - first.receivedAtMs >= limits.batchAgeMsMax;
  return due ? segments.slice(0, end) : [];
}

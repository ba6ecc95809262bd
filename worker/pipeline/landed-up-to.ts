import type { Lsn } from '@/server/domain/lsn.ts';
import { readMarker } from '@/worker/iceberg/marker.ts';
import type { LakeTarget } from './lake-targets.ts';

/**
 * How far a join goes: where an earlier attempt has left the lake tables that it reached, before it could be settled, else to
 * the pipeline's position. Batches may have been committed since, and what they kept for the table is not in those.
 */
export function landedUpTo(landed: readonly LakeTarget[], position: Lsn): Lsn {
  let least = position;
  for (const { loaded } of landed) {
    const found = readMarker(loaded.metadata)?.toLsn ?? position;
    if (found < least) least = found;
  }
  return least;
}

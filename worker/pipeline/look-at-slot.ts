import type { Client, Pool } from 'pg';
import { slotName } from '@/server/domain/names.ts';
import { inspectSlot, type SlotState } from '@/worker/source/postgres/slot.ts';

/**
 * Over which growth is smoothed. What a slot retains goes up and down by megabytes with every step of its restart position,
 * and a forecast made of one such step says days now and minutes at the next look.
 */
const SMOOTHING_S = 300;

/**
 * Records how much WAL the source keeps for a pipeline's slot, how much more fits before the slot is lost, and how fast it
 * grows. Returns the slot, or null when there is none.
 */
export async function lookAtSlot(
  pool: Pool,
  { pipelineId, client }: { pipelineId: string; client: Client },
): Promise<SlotState | null> {
  const slot = await inspectSlot(client, slotName(pipelineId));
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  await pool.query(
    /* sql */ `
    with seen as (
      select pipeline_id, extract(epoch from clock_timestamp() - slot_checked_at)::float8 as seconds
        from position where pipeline_id = $1
    )
    update position
       set source_lsn = $2, slot_wal_status = $3, slot_retained_bytes = $4, slot_safe_bytes = $5,
           slot_checked_at = clock_timestamp(),
           slot_growth = case
             when $4::bigint is null or slot_retained_bytes is null or seen.seconds is null or seen.seconds <= 0 then null
             else coalesce(slot_growth, 0) + (1 - exp(-seen.seconds / $6::float8))
                  * (($4::bigint - slot_retained_bytes) / seen.seconds - coalesce(slot_growth, 0))
           end
      from seen where position.pipeline_id = seen.pipeline_id`,
    [
      pipelineId,
      rows[0]?.lsn ?? null,
      slot?.walStatus ?? null,
      slot?.retainedBytes ?? null,
      slot?.safeWalBytes ?? null,
      SMOOTHING_S,
    ],
  );
  return slot;
}

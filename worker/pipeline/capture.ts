import type { Pool } from 'pg';
import type { Segment } from '@/server/domain/segment.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { Log } from '@/server/platform/logger.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { Appender } from '@/worker/buffer/append.ts';
import type { ChangeSource } from '@/worker/source/source.ts';

const LOOK_EVERY_BYTES = 16 * 1024 * 1024;
const FULL_LOOK_MS = 250;

type Capture = {
  readonly source: ChangeSource;
  readonly buffer: Appender;
  readonly room: Room;
  readonly signal: AbortSignal;
  /** Called when a segment is durable: the stream works. */
  readonly stored: (segment: Segment) => void;
};

/**
 * Source to buffer, the first half of the story: store, then confirm. A transaction is confirmed to the source only
 * when all of it is committed in our database; the source prepares the next segment meanwhile.
 */
export async function capture({ source, buffer, room, signal, stored }: Capture): Promise<void> {
  for await (const segment of source.segments) {
    await room.wait(
      segment.blocks.reduce((sum, block) => sum + block.bytes.length, 0),
      signal,
    );
    if (signal.aborted) return;
    await failpoint('segment-received');
    await buffer.append(segment);
    await failpoint('segment-appended');
    if (segment.complete) source.confirm(segment.endLsn);
    await failpoint('segment-confirmed');
    stored(segment);
  }
}

export type Room = {
  /** Resolves when the buffer may take `bytes` more. The source keeps its session alive meanwhile. */
  wait(bytes: number, signal: AbortSignal): Promise<void>;
};

/**
 * Back-pressure: waits while more than `bufferBytesMax` compressed bytes are not committed yet, and there is something
 * that commit could take. A single transaction may outgrow the limit: waiting for its end to arrive would be for ever.
 */
export function bufferRoom(
  pool: Pool,
  { pipelineId, bufferBytesMax, log }: { pipelineId: string; bufferBytesMax: number; log: Log },
): Room {
  let sinceLook = LOOK_EVERY_BYTES;
  return {
    async wait(bytes, signal) {
      sinceLook += bytes;
      if (sinceLook < LOOK_EVERY_BYTES) return;
      sinceLook = 0;
      let isFull = false;
      while (!signal.aborted && (await waiting(pool, pipelineId)) >= bufferBytesMax) {
        if (!isFull) log.warn('buffer is full, capture waits for commit', { pipelineId, bufferBytesMax });
        if (!isFull) await showFull(pool, pipelineId);
        isFull = true;
        await sleep(FULL_LOOK_MS, signal);
      }
      if (isFull && !signal.aborted) await clearFull(pool, pipelineId);
    },
  };
}

async function waiting(pool: Pool, pipelineId: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    'select case when committed_seq < tail_seq then buffer_bytes else 0 end as bytes from position where pipeline_id = $1',
    [pipelineId],
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** Shown for as long as capture waits. */
async function showFull(pool: Pool, pipelineId: string): Promise<void> {
  await pool.query(
    /* sql */ `
    update pipeline
       set error_code = 'BUFFER_FULL', error_message = 'capture waits: the buffer has reached its limit', error_at = now()
     where id = $1`,
    [pipelineId],
  );
}

async function clearFull(pool: Pool, pipelineId: string): Promise<void> {
  await pool.query(
    /* sql */ `
    update pipeline set error_code = null, error_message = null, error_at = null
     where id = $1 and error_code = 'BUFFER_FULL'`,
    [pipelineId],
  );
}

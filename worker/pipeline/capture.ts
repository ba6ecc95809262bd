import type { Pool } from 'pg';
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
  /** Called when something is durable: the stream works. */
  readonly healthy: () => void;
};

/**
 * Source to buffer, the first half of the story: store, then confirm. A transaction is confirmed to the source only
 * when all of it is committed in our database; the source prepares the next segment meanwhile.
 */
export async function capture({ source, buffer, room, signal, healthy }: Capture): Promise<void> {
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
    healthy();
  }
}

export type Room = {
  /** Resolves when the buffer may take `bytes` more. The source keeps its session alive meanwhile. */
  wait(bytes: number, signal: AbortSignal): Promise<void>;
};

/** Back-pressure: waits while more than `bufferBytesMax` compressed bytes are not committed yet. */
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
    },
  };
}

async function waiting(pool: Pool, pipelineId: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    'select buffer_bytes as bytes from position where pipeline_id = $1',
    [pipelineId],
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** Shown until the next segment is stored. */
async function showFull(pool: Pool, pipelineId: string): Promise<void> {
  await pool.query(
    /* sql */ `
    update pipeline
       set error_code = 'BUFFER_FULL', error_message = 'capture waits: the buffer has reached its limit', error_at = now()
     where id = $1`,
    [pipelineId],
  );
}

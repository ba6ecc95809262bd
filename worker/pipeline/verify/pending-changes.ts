import type { Pool } from 'pg';
import type { Lsn } from '@/server/domain/lsn.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { sleep } from '@/server/platform/sleep.ts';
import { type CommitState, readCommitState } from '@/worker/buffer/commit-state.ts';
import { expandBlock, readCompressedBlock, readSegments, type SegmentInfo } from '@/worker/buffer/read.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import type { ChangeBlock } from '@/worker/columnar/load-changes.ts';

const LOOK_MS = 25;
const RAW_BYTES_MAX = 512 * 1024 * 1024;

type Pipeline = { readonly id: string; readonly number: number };

/** Waits until everything up to `lsn` is in the buffer; returns the state at the end of the wait, however it ended. */
export async function awaitCaptured(
  pool: Pool,
  { pipelineId, lsn, withinMs, signal }: { pipelineId: string; lsn: Lsn; withinMs: number; signal: AbortSignal },
): Promise<{ state: CommitState; isCaptured: boolean }> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const state = await readCommitState(pool, pipelineId);
    if (!state) throw new AppError('VERIFY_WAITS', 'the pipeline has no position');
    const isCaptured = state.tailEndLsn >= lsn;
    if (isCaptured || performance.now() > deadline) return { state, isCaptured };
    await sleep(LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

/**
 * One table's blocks in the buffer behind the lake's position, up to the tail. Nothing holds them there: when commit has
 * passed and a piece is gone, or the epoch is another one, it throws VERIFY_OVERTAKEN.
 */
export async function pendingBlocks(
  pool: Pool,
  options: {
    pipeline: Pipeline;
    oid: number;
    /** As read before the lake table was loaded. */
    before: CommitState;
    /** As read when the buffer held enough. */
    tail: CommitState;
    /** What the lake table says of itself: a batch may have become visible after `before` was read. */
    lakeLsn: Lsn;
  },
): Promise<AsyncIterable<ChangeBlock>> {
  const { pipeline, oid, before, tail, lakeLsn } = options;
  if (tail.epoch !== before.epoch) throw overtaken('the log of the source began anew');
  const range = { number: pipeline.number, afterSeq: before.committedSeq, throughSeq: tail.tailSeq };
  const segments = await readSegments(pool, { ...range, limit: Number.MAX_SAFE_INTEGER });
  const isWhole =
    BigInt(segments.length) === range.throughSeq - range.afterSeq &&
    segments.every(({ seq }, index) => seq === range.afterSeq + BigInt(index + 1));
  if (!isWhole) throw overtaken('changes were forgotten while they were looked for');
  const landed = segments.findLastIndex(({ complete, toLsn }) => complete && toLsn <= lakeLsn);
  const places = segments
    .slice(landed + 1)
    .flatMap((segment) => segment.directory.filter(({ table }) => table === oid).map((entry) => ({ segment, entry })));
  const bytes = places.reduce((sum, { entry }) => sum + entry.raw, 0);
  if (bytes > RAW_BYTES_MAX) {
    throw new AppError('VERIFY_BEHIND', `${bytes} bytes of changes of the table are still on their way to the lake`);
  }
  return readAll(pool, { pipeline, places });
}

type Place = { readonly segment: SegmentInfo; readonly entry: SegmentInfo['directory'][number] };

async function* readAll(
  pool: Pool,
  { pipeline, places }: { pipeline: Pipeline; places: readonly Place[] },
): AsyncGenerator<ChangeBlock> {
  const schemas = new Map<string, TableSchema>();
  for (const { segment, entry } of places) {
    const schema = await readSchema(pool, { pipelineId: pipeline.id, hash: entry.schema, cache: schemas });
    const compressed = await readCompressedBlock(pool, { number: pipeline.number, segment, entry }).catch(
      (error: unknown) => {
        throw new AppError('VERIFY_OVERTAKEN', 'changes were forgotten while they were read', { cause: error });
      },
    );
    yield { schema, bytes: await expandBlock(compressed), rows: entry.rows, hasOmitted: entry.omitted ?? false };
  }
}

const overtaken = (what: string): AppError => new AppError('VERIFY_OVERTAKEN', what);

import type { Pool } from 'pg';
import { applicationName } from '@/server/domain/names.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { readPipeline, readTable } from '../definition.ts';
import { openLake } from '../lake.ts';
import { type ComparedRange, compareRange } from './compare-range.ts';
import type { VerifyContext } from './look-at-range.ts';
import { planVerification } from './plan-verification.ts';

/** A verification that this worker has claimed. */
export type ClaimedVerification = {
  readonly id: number;
  readonly tableId: number;
  readonly worker: string;
  readonly scope: KeyRange;
};

/** Compares the ranges that are left, one after the other. Each is stored when it is compared, so that a crash costs one. */
export async function verifyTable(
  deps: WorkerDeps,
  { verification, signal }: { verification: ClaimedVerification; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const table = await readTable(pool, verification.tableId);
  const pipeline = table && (await readPipeline(pool, table.pipelineId));
  if (!table || !pipeline) return;
  const connection = await openSource(deps, pipeline.sourceId);
  await using session = await openSourceSession(connection, {
    applicationName: applicationName(pipeline.id, 'verify'),
  });
  await using lake = await openLake(deps, { destinationId: pipeline.destinationId, signal });
  const context: VerifyContext = { deps, tableId: table.id, connection, session, lake, signal };
  await planVerification(context, { pipeline, table, verification });
  for (;;) {
    const next = await nextRange(pool, verification.id);
    if (!next) return;
    signal.throwIfAborted();
    const compared = await compareRange(context, next.range);
    await failpoint('range-compared');
    await storeRange(pool, { verification, rangeId: next.id, compared });
    deps.metrics.verifiedRows.inc({ pipeline: pipeline.id }, compared.sourceRows);
    if (compared.state === 'different') deps.metrics.differingRanges.inc({ pipeline: pipeline.id });
  }
}

async function nextRange(pool: Pool, verificationId: number): Promise<{ id: number; range: KeyRange } | null> {
  const { rows } = await pool.query<{ id: string; lower: string | null; upper: string | null }>(
    /* sql */ `
    select id, lower, upper from verification_range
     where verification_id = $1 and state = 'pending' order by ordinal limit 1`,
    [verificationId],
  );
  const [row] = rows;
  return row ? { id: Number(row.id), range: { lower: row.lower, upper: row.upper } } : null;
}

/** Refused once another worker has taken the verification over, or a person has ended it. */
async function storeRange(
  pool: Pool,
  { verification, rangeId, compared }: { verification: ClaimedVerification; rangeId: number; compared: ComparedRange },
): Promise<void> {
  const { state, looks, sourceRows, lakeRows, sourceChecksum, lakeChecksum, excuses, settled, reason } = compared;
  const { rowCount } = await pool.query(
    /* sql */ `
    with fence as (
      select 1 from verification where id = $2 and worker = $3 and state = 'running' for share
    )
    update verification_range
       set state = $4, looks = $5, source_rows = $6, lake_rows = $7, source_checksum = $8, lake_checksum = $9,
           excused = $10, missing = $11, extra = $12, different = $13, unsettled = $14, sample = $15, reason = $16,
           compared_at = now()
     where id = $1 and exists (select 1 from fence)`,
    [
      rangeId,
      verification.id,
      verification.worker,
      state,
      looks,
      sourceRows,
      lakeRows,
      sourceChecksum,
      lakeChecksum,
      JSON.stringify(excuses),
      settled?.missing ?? 0,
      settled?.extra ?? 0,
      settled?.different ?? 0,
      settled?.unsettled ?? 0,
      state === 'different' ? JSON.stringify(settled?.sample) : null,
      reason,
    ],
  );
  if (rowCount !== 1) throw new AppError('LEASE_LOST', 'the verification passed on to another worker, or was ended');
}

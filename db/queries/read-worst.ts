import type { Pool } from 'pg';
import { FRESHNESS_SECONDS, IS_AWAITED, LETTER_IS_OPEN, WAL_RETAINED } from './figures.ts';

type Whose = { readonly pipelineId: string; readonly pipelineName: string };

/** The extremes among pipelines as of now: freshness of those that somebody waits for, WAL that is kept for any. */
export async function readWorst(pool: Pool): Promise<{
  worstFreshness: (Whose & { readonly seconds: number }) | null;
  mostWalRetained: (Whose & { readonly bytes: number }) | null;
  deadLettersOpen: number;
}> {
  const { rows } = await pool.query<{
    id: string;
    name: string;
    seconds: number | null;
    bytes: number | null;
  }>(/* sql */ `
    select p.id, p.name, case when ${IS_AWAITED} then ${FRESHNESS_SECONDS} end::float8 as seconds,
           (${WAL_RETAINED})::float8 as bytes
      from pipeline p join position at on at.pipeline_id = p.id
     where p.desired_state <> 'deleted'`);
  const { rows: letters } = await pool.query<{ open: number }>(
    `select count(*)::integer as open from dead_letter where ${LETTER_IS_OPEN}`,
  );
  const whose = (row: { id: string; name: string }): Whose => ({ pipelineId: row.id, pipelineName: row.name });
  const stalest = rows.reduce<(typeof rows)[number] | null>(
    (worst, row) => (row.seconds !== null && row.seconds > (worst?.seconds ?? -1) ? row : worst),
    null,
  );
  const largest = rows.reduce<(typeof rows)[number] | null>(
    (most, row) => (row.bytes !== null && row.bytes > (most?.bytes ?? -1) ? row : most),
    null,
  );
  return {
    worstFreshness: stalest && { ...whose(stalest), seconds: stalest.seconds ?? 0 },
    mostWalRetained: largest && { ...whose(largest), bytes: largest.bytes ?? 0 },
    deadLettersOpen: letters[0]?.open ?? 0,
  };
}

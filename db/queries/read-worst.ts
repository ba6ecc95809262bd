import type { Pool } from 'pg';
import { FRESHNESS_SECONDS, LETTER_IS_OPEN } from './figures.ts';

type Whose = { readonly pipelineId: string; readonly pipelineName: string };

/** The extremes among pipelines that should run, as of now. */
export async function readWorst(pool: Pool): Promise<{
  worstFreshness: (Whose & { readonly seconds: number }) | null;
  mostWalRetained: (Whose & { readonly bytes: number }) | null;
  deadLettersOpen: number;
}> {
  const { rows } = await pool.query<{ id: string; name: string; seconds: number; bytes: number | null }>(/* sql */ `
    select p.id, p.name, (${FRESHNESS_SECONDS})::float8 as seconds,
           case when at.slot_checked_at > now() - interval '1 minute' then at.slot_retained_bytes end::float8 as bytes
      from pipeline p join position at on at.pipeline_id = p.id
     where p.desired_state = 'running'`);
  const { rows: letters } = await pool.query<{ open: number }>(
    `select count(*)::integer as open from dead_letter where ${LETTER_IS_OPEN}`,
  );
  const whose = (row: { id: string; name: string }): Whose => ({ pipelineId: row.id, pipelineName: row.name });
  const stalest = rows.reduce<(typeof rows)[number] | null>(
    (worst, row) => (worst === null || row.seconds > worst.seconds ? row : worst),
    null,
  );
  const largest = rows.reduce<(typeof rows)[number] | null>(
    (most, row) => (row.bytes !== null && row.bytes > (most?.bytes ?? -1) ? row : most),
    null,
  );
  return {
    worstFreshness: stalest && { ...whose(stalest), seconds: stalest.seconds },
    mostWalRetained: largest && { ...whose(largest), bytes: largest.bytes ?? 0 },
    deadLettersOpen: letters[0]?.open ?? 0,
  };
}

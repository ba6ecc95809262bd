import type { PoolClient } from 'pg';
import type { TableCommit } from '@/server/catalog/catalog-deps.ts';

/**
 * Refuses commits of a worker that has lost its lease. A commit that sets our properties must carry the newest token of
 * its pipeline's commit lease; the row is locked for the pointer transaction, so the lease cannot change hands in between.
 * Commits without them (other writers, table creation by hand) pass.
 */
export async function guardCommit(tx: PoolClient, commits: readonly TableCommit[]): Promise<string | null> {
  const claims = new Map<string, Set<string>>();
  for (const { updates } of commits) {
    for (const update of updates) {
      if (update.action !== 'set-properties') continue;
      const pipelineId = update.updates['philotes.pipeline-id'];
      const token = update.updates['philotes.lease-token'];
      if (pipelineId === undefined || token === undefined) continue;
      claims.set(pipelineId, (claims.get(pipelineId) ?? new Set()).add(token));
    }
  }
  for (const [pipelineId, tokens] of [...claims].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { rows } = await tx.query<{ token: string }>(
      /* sql */ `select token::text from lease where pipeline_id = $1 and role = 'commit' for share`,
      [pipelineId],
    );
    const newest = rows[0]?.token;
    if (newest !== undefined && tokens.size === 1 && tokens.has(newest)) continue;
    return `the commit lease of pipeline ${pipelineId} is held by another worker`;
  }
  return null;
}

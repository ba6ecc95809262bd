import type { PoolClient } from 'pg';
import type { TableCommit } from './catalog-deps.ts';

/** Table properties by which our own writer says under which lease it commits. */
const PIPELINE_ID = 'philotes.pipeline-id';
const LEASE_TOKEN = 'philotes.lease-token';

/**
 * A `guardCommit` for the database that also holds the leases: refuses a commit made under a lease that has passed to
 * another worker. The lease row stays locked until the pointer has moved, so that it cannot pass in between. Commits
 * that state no lease are other people's and go through.
 */
export async function guardLease(tx: PoolClient, commits: readonly TableCommit[]): Promise<string | null> {
  for (const { pipelineId, token } of statedLeases(commits)) {
    const { rowCount } = await tx.query(
      /* sql */ `select from lease where pipeline_id = $1 and role = 'commit' and token::text = $2 for share`,
      [pipelineId, token],
    );
    if (rowCount === 0) return `The commit lease of pipeline ${pipelineId} is no longer held under token ${token}`;
  }
  return null;
}

type StatedLease = { readonly pipelineId: string; readonly token: string };

/** Leases that these very commits set; a token left in the table's properties by an earlier one says nothing. */
function statedLeases(commits: readonly TableCommit[]): readonly StatedLease[] {
  const leases = new Map<string, StatedLease>();
  for (const { after, updates } of commits) {
    for (const update of updates) {
      const token = update.action === 'set-properties' ? update.updates[LEASE_TOKEN] : undefined;
      const pipelineId = after.properties[PIPELINE_ID];
      if (token === undefined || pipelineId === undefined) continue;
      leases.set(`${pipelineId} ${token}`, { pipelineId, token });
    }
  }
  // One order everywhere, like the table rows.
  return [...leases.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lease]) => lease);
}

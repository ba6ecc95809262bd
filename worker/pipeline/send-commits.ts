import { identifierText } from '@/server/domain/iceberg/identifier.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import { commitTables } from '@/worker/iceberg/commit-tables.ts';
import type { Marker } from '@/worker/iceberg/marker.ts';
import type { CommitShift } from './commit.ts';
import type { PipelineTable } from './definition.ts';
import type { StagedTarget } from './staged-table.ts';

export type Sent = {
  readonly committed: readonly { table: PipelineTable; staged: StagedTarget; snapshotId: bigint }[];
  /** Tables that the catalog refuses for good. */
  readonly parked: readonly { table: PipelineTable; error: unknown }[];
};

type Part = { readonly table: PipelineTable; readonly staged: readonly StagedTarget[] };

/**
 * Sends all parts together. Throws COMMIT_CONFLICT or COMMIT_UNKNOWN when any table's outcome is one of these: the
 * batch is then planned again from what the tables say, and those that have it are left alone. On an unknown outcome no
 * file is deleted; after a conflict the files of that attempt are.
 */
export async function sendCommits(
  shift: Pick<CommitShift, 'lake' | 'known' | 'signal' | 'log'>,
  { parts, marker }: { parts: readonly Part[]; marker: Marker },
): Promise<Sent> {
  const { lake, known, signal, log } = shift;
  const items = parts.flatMap(({ table, staged }) => staged.map((target) => ({ table, staged: target })));
  if (items.length === 0) return { committed: [], parked: [] };
  await failpoint('files-uploaded');
  const outcomes = await commitTables({
    catalog: lake.catalog,
    storage: lake.storage,
    reader: lake.manifests,
    signal,
    tables: items.map(({ staged }) => ({
      identifier: staged.target.identifier,
      base: staged.target.loaded,
      changes: staged.changes,
      marker,
    })),
  });
  const committed: Sent['committed'][number][] = [];
  const parked: Sent['parked'][number][] = [];
  let retry: unknown = null;
  for (const [index, { table, staged }] of items.entries()) {
    const outcome = outcomes[index];
    const name = identifierText(staged.target.identifier);
    if (!outcome) continue;
    if (outcome.outcome === 'committed') {
      known.set(name, outcome.table);
      committed.push({ table, staged, snapshotId: outcome.snapshotId });
      continue;
    }
    // Whatever else it was, our picture of the table is not to be trusted any more.
    known.delete(name);
    log.warn('lake table was not committed', { table: name, outcome: outcome.outcome, error: outcome.error });
    if (outcome.outcome === 'failed' && policyOf(outcome.error).retry !== 'automatic') {
      parked.push({ table, error: outcome.error });
    } else {
      retry ??= outcome.error;
    }
    if (outcome.outcome !== 'unknown') await lake.storage.delete(staged.madeFiles);
  }
  if (retry !== null) throw retry;
  return { committed, parked };
}

import { currentSnapshot, snapshotById, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { LoadedTable } from './catalog/catalog.ts';
import type { CommitContext, CommitOutcome } from './commit-tables.ts';
import { unreachableFiles } from './expire.ts';
import { readMarker, sameMarker } from './marker.ts';
import type { PreparedCommit } from './prepare-commit.ts';

/**
 * What became of a commit that was sent: by the answer, and where that leaves a doubt, by looking at the table. Cleans
 * up after clear outcomes only.
 */
export async function settleCommit(
  context: CommitContext,
  sent: { item: PreparedCommit; error: AppError | null; answer: LoadedTable | null },
): Promise<CommitOutcome> {
  const { item, error, answer } = sent;
  if (!error) return settleSuccess(context, item, answer);

  // Also after a conflict: our own commit may be the one that was first (a proxy that sent it twice).
  const look = await lookUp(context, item);
  if (look.kind === 'committed') return settleSuccess(context, item, look.table);
  if (error.code === 'COMMIT_UNKNOWN') return { outcome: 'unknown', error };
  if (look.kind === 'absent') await discard(context, item.writtenFiles);
  return { outcome: error.code === 'COMMIT_CONFLICT' ? 'conflict' : 'failed', error };
}

async function settleSuccess(
  context: CommitContext,
  item: PreparedCommit,
  answer: LoadedTable | null,
): Promise<CommitOutcome> {
  const { catalog, reader, signal } = context;
  const { identifier } = item.table;
  const table = answer ?? (await catalog.loadTable(identifier, { signal }).catch(() => null));
  signal.throwIfAborted();
  if (!table) {
    const error = new AppError('COMMIT_UNKNOWN', 'committed, but the table cannot be loaded again');
    return { outcome: 'unknown', error };
  }
  const [older, newer] = [item.table.base, table].map((one) => currentSnapshot(one.metadata)?.['manifest-list']);
  // Waste of memory, no more: a reader that fails will read again.
  if (older && newer) await reader.supersede(older, newer).catch(() => undefined);
  if (item.expired.length > 0) {
    const files = await unreachableFiles({ expired: item.expired, metadata: table.metadata, reader }).catch(() => []);
    await discard(context, files);
  }
  // The batch may have come in by an earlier attempt, under that attempt's snapshot.
  const snapshotId = snapshotById(table.metadata, item.snapshotId) ? item.snapshotId : currentId(table.metadata);
  return { outcome: 'committed', snapshotId, table };
}

const currentId = (metadata: TableMetadata): bigint => metadata['current-snapshot-id'] ?? 0n;

type Look = { kind: 'committed'; table: LoadedTable } | { kind: 'absent' } | { kind: 'no-answer' };

async function lookUp({ catalog, signal }: CommitContext, item: PreparedCommit): Promise<Look> {
  try {
    const table = await catalog.loadTable(item.table.identifier, { signal });
    const { metadata } = table;
    const isSameTable = metadata['table-uuid'] === item.table.base.metadata['table-uuid'];
    const showsSnapshot = snapshotById(metadata, item.snapshotId) !== undefined;
    // The snapshot itself may have expired; batch and lease token make the marker ours alone.
    const showsMarker = item.table.marker !== null && sameMarker(readMarker(metadata), item.table.marker);
    return isSameTable && (showsSnapshot || showsMarker) ? { kind: 'committed', table } : { kind: 'absent' };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) return { kind: 'no-answer' };
    throw error;
  }
}

/** What cannot be deleted now is an orphan, which maintenance finds later. */
async function discard({ storage, signal }: CommitContext, files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  await storage.delete(files).catch(() => undefined);
  signal.throwIfAborted();
}

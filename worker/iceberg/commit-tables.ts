import type { TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import type { TableUpdate } from '@/server/domain/iceberg/updates.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { Storage } from '@/worker/storage/storage.ts';
import type { Catalog, LoadedTable } from './catalog/catalog.ts';
import type { ExpiryLimits } from './expire.ts';
import type { ManifestReader } from './manifest-cache.ts';
import type { Marker } from './marker.ts';
import type { ManifestLimits } from './plan-manifests.ts';
import { type PreparedCommit, prepareCommit } from './prepare-commit.ts';
import { settleCommit } from './settle-commit.ts';
import type { TableChanges } from './table-changes.ts';

export type TableCommit = {
  readonly identifier: TableIdentifier;
  /** The one load that the changes were planned on; its marker is the batch's `from`. */
  readonly base: LoadedTable;
  readonly changes: TableChanges;
  /** Null for maintenance, which does not move the table's position. */
  readonly marker: Marker | null;
  /** A new schema in the same commit: `add-schema`, `set-current-schema`. The added files follow it. */
  readonly schemaUpdates?: readonly TableUpdate[];
};

export type CommitOutcome =
  | { readonly outcome: 'committed'; readonly snapshotId: bigint; readonly table: LoadedTable }
  /** Another writer was first. Nothing of ours is in the table: load it and plan again. */
  | { readonly outcome: 'conflict'; readonly error: AppError }
  /** No answer, and a look at the table did not show the commit. It may still arrive: only the same guarded changes may be sent again. */
  | { readonly outcome: 'unknown'; readonly error: AppError }
  /** Refused; nothing of ours is in the table. The error's policy says whether to try again. */
  | { readonly outcome: 'failed'; readonly error: AppError };

export type CommitContext = {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly reader: ManifestReader;
  readonly signal: AbortSignal;
  readonly nowMs?: () => number;
  readonly manifestLimits?: ManifestLimits;
  readonly expiryLimits?: ExpiryLimits;
};

/**
 * Commits a batch: all tables at once where the catalog can, else each by itself with its position in it. Writes the
 * manifests first, then sends commits that are guarded by the loaded table's uuid, main branch and schema. One outcome
 * per table, in order. A batch that a transaction refuses for good is sent table by table, to find the culprit.
 *
 * Data files are never deleted here. Manifests of a commit that certainly did not happen are. Throws what hits the whole
 * batch before anything was sent (storage or catalog out of reach), and the signal's reason when aborted: then the
 * outcome is unknown, and the tables' markers tell.
 */
export async function commitTables(
  options: CommitContext & { tables: readonly TableCommit[] },
): Promise<CommitOutcome[]> {
  const { tables, ...context } = options;
  const prepared = await Promise.all(tables.map((table) => prepareOrFail(context, table)));
  const ready = prepared.filter((item): item is PreparedCommit => !(item instanceof AppError));
  await failpoint('manifests-written');
  const outcomes = await sendAll(context, ready);
  return prepared.map((item) => {
    if (item instanceof AppError) return item.code === 'COMMIT_CONFLICT' ? conflict(item) : failed(item);
    return outcomes.get(item) ?? failed(new AppError('INTERNAL', 'a table was not committed'));
  });
}

/** What is wrong with one table does not stop the others; what will pass by itself stops the batch. */
async function prepareOrFail(context: CommitContext, table: TableCommit): Promise<PreparedCommit | AppError> {
  try {
    return await prepareCommit(context, table);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== 'COMMIT_CONFLICT' && policyOf(error).retry === 'automatic') throw error;
    return error;
  }
}

type Outcomes = Map<PreparedCommit, CommitOutcome>;

async function sendAll(context: CommitContext, prepared: readonly PreparedCommit[]): Promise<Outcomes> {
  if (prepared.length < 2 || !context.catalog.supportsTransactions) return sendEach(context, prepared);
  const { signal } = context;
  const error = await attempt(async () => {
    await context.catalog.commitTransaction(
      prepared.map((item) => item.request),
      { signal },
    );
    await failpoint('commit-answered');
  });
  if (error && isRefusal(error)) return sendEach(context, prepared);
  return settleEach(context, { prepared, error, tables: new Map() });
}

async function sendEach(context: CommitContext, prepared: readonly PreparedCommit[]): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  for (const item of prepared) {
    const tables = new Map<PreparedCommit, LoadedTable>();
    const error = await attempt(async () => {
      tables.set(item, await context.catalog.commitTable(item.request, { signal: context.signal }));
      await failpoint('commit-answered');
    });
    for (const [key, value] of await settleEach(context, { prepared: [item], error, tables })) outcomes.set(key, value);
  }
  return outcomes;
}

async function settleEach(
  context: CommitContext,
  sent: {
    prepared: readonly PreparedCommit[];
    error: AppError | null;
    tables: ReadonlyMap<PreparedCommit, LoadedTable>;
  },
): Promise<Outcomes> {
  const settled = await Promise.all(
    sent.prepared.map(async (item) => {
      const outcome = await settleCommit(context, { item, error: sent.error, answer: sent.tables.get(item) ?? null });
      return [item, outcome] as const;
    }),
  );
  return new Map(settled);
}

async function attempt(work: () => Promise<void>): Promise<AppError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** One table's fault, or a catalog that does not do transactions after all; not missing rights and not passing trouble. */
const isRefusal = (error: AppError): boolean => error.code === 'CATALOG_REFUSED' || error.code === 'LAKE_TABLE_MISSING';

const conflict = (error: AppError): CommitOutcome => ({ outcome: 'conflict', error });
const failed = (error: AppError): CommitOutcome => ({ outcome: 'failed', error });

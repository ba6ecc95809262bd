import type { PoolClient } from 'pg';
import { applyUpdates } from '@/server/domain/iceberg/apply-updates.ts';
import { checkRequirements, isCreate } from '@/server/domain/iceberg/check-requirements.ts';
import type { TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { TableRequirement } from '@/server/domain/iceberg/requirements.ts';
import type { TableUpdate } from '@/server/domain/iceberg/updates.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { LoadedTable } from './answers.ts';
import { type Call, nowMs } from './call.ts';
import { badRequest, commitFailed, commitUnknown } from './catalog-error.ts';
import { type Outcome, remember } from './idempotency.ts';
import { inWarehouse, writeMetadataFile } from './metadata-file.ts';
import { movePointers, PointerMoved } from './move-pointers.ts';
import { deleteQuietly, deleteTrimmed } from './obsolete-metadata.ts';
import { inTransaction } from './sql.ts';
import { findPointer, loadTable } from './table-pointer.ts';

export type TableChange = {
  readonly identifier: TableIdentifier;
  readonly requirements: readonly TableRequirement[];
  readonly updates: readonly TableUpdate[];
};

/** A change worked out against one version of its table, with its metadata file written if anything changes. */
export type PlannedChange = TableChange & {
  readonly before: LoadedTable | null;
  readonly after: TableMetadata;
  /** The new file, or the present one when nothing changes. */
  readonly location: string;
};

/** A lost race for the pointer is run again this often before the client hears of it (Java: commit.retry defaults). */
const RETRIES_MAX = 4;
const RETRY_MS_MIN = 100;

/**
 * Commits all changes or none: every metadata file is durable before one transaction moves all pointers. When another
 * commit came first, requirements are checked again on the new state. Throws 409 when they no longer hold.
 */
export async function commitTables(
  call: Call,
  changes: readonly TableChange[],
  outcome: Outcome,
): Promise<readonly LoadedTable[]> {
  for (let attempt = 0; ; attempt++) {
    const planned = await planAll(call, changes);
    try {
      await inTransaction(call.deps.pool, (tx) => publish(tx, { call, planned, outcome }), commitUnknown);
    } catch (error) {
      // After COMMIT was sent the files may be the table, whatever the answer.
      if (!isUnknown(error)) await deleteQuietly(call, newFiles(planned));
      if (!(error instanceof PointerMoved)) throw error;
      if (attempt === RETRIES_MAX) throw commitFailed('Cannot commit: the table is changing too often, please retry');
      await sleep(RETRY_MS_MIN * 2 ** attempt * (0.5 + Math.random() / 2), call.request.signal);
      continue;
    }
    for (const { before, after } of planned) if (before) await deleteTrimmed(call, before, after);
    return planned.map(({ location, after }) => ({ location, metadata: after }));
  }
}

async function publish(
  tx: PoolClient,
  { call, planned, outcome }: { call: Call; planned: readonly PlannedChange[]; outcome: Outcome },
): Promise<void> {
  await movePointers(tx, call.warehouse.name, planned);
  const commits = planned.map(({ identifier, before, after, updates }) => ({
    identifier,
    before: before?.metadata ?? null,
    after,
    updates,
  }));
  const refusal = await call.deps.guardCommit?.(tx, commits);
  if (refusal) throw commitFailed(refusal);
  await remember(tx, call, outcome);
}

/** Plans every change; the files of the first ones are removed again when a later one cannot be. */
async function planAll(call: Call, changes: readonly TableChange[]): Promise<readonly PlannedChange[]> {
  const planned: Omit<PlannedChange, 'location'>[] = [];
  for (const change of changes) planned.push(await plan(call, change));
  const written: PlannedChange[] = [];
  try {
    for (const change of planned) written.push({ ...change, location: await writeChange(call, change) });
  } catch (error) {
    await deleteQuietly(call, newFiles(written));
    throw error;
  }
  return written;
}

async function plan(call: Call, change: TableChange): Promise<Omit<PlannedChange, 'location'>> {
  const before = await loadForCommit(call, change);
  checkRequirements(before?.metadata ?? null, change.requirements);
  const base = before && { metadata: before.metadata, location: before.location };
  const after = applyUpdates({ base, updates: change.updates, nowMs: nowMs(call) });
  if (after.location !== before?.metadata.location) inWarehouse(call.warehouse, after.location);
  return { ...change, before, after };
}

async function loadForCommit(call: Call, { identifier, requirements }: TableChange): Promise<LoadedTable | null> {
  if (!isCreate(requirements)) return loadTable(call, identifier);
  if (requirements.length > 1) throw badRequest('Invalid create requirements: assert-create must stand alone');
  return (await findPointer(call, identifier)) === null ? null : loadTable(call, identifier);
}

async function writeChange(call: Call, { before, after }: Omit<PlannedChange, 'location'>): Promise<string> {
  if (before && before.metadata === after) return before.location;
  return writeMetadataFile(call.warehouse, { metadata: after, previous: before?.location ?? null });
}

const newFiles = (planned: readonly PlannedChange[]): string[] =>
  planned.filter(({ before, location }) => location !== before?.location).map(({ location }) => location);

const isUnknown = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && error.type === 'CommitStateUnknownException';

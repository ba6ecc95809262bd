import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inTransaction } from '@/db/in-transaction.ts';
import { identifierText } from '@/server/domain/iceberg/identifier.ts';
import { currentSchema, currentSnapshot } from '@/server/domain/iceberg/metadata.ts';
import { CHANGELOG_COLUMNS, type LakeTable } from '@/server/domain/lake-table.ts';
import { policyOf } from '@/server/errors/app-error.ts';
import { holdLease, insertHistory } from '@/worker/buffer/settle.ts';
import { compact } from '@/worker/columnar/compact.ts';
import { mergeDeletes } from '@/worker/columnar/merge-deletes.ts';
import type { LakeFile } from '@/worker/columnar/read-lake-files.ts';
import type { LoadedTable } from '@/worker/iceberg/catalog/catalog.ts';
import { liveFiles } from '@/worker/iceberg/live-files.ts';
import { type Marker, readMarker } from '@/worker/iceberg/marker.ts';
import { chooseCompaction, inTurn } from './choose-compaction.ts';
import type { CommitShift } from './commit.ts';
import { type PipelineTable, readTables } from './definition.ts';
import { identifierOf, type LakeMode, modesOf } from './lake-targets.ts';
import { localFiles } from './local-files.ts';
import { type Sent, sendCommits } from './send-commits.ts';
import { toDataFile, uploadAll } from './upload-files.ts';

/**
 * Between batches: merges small data files and delete files of one lake table, under the same lease as the commits, so
 * that the two never race. The one with the most files comes first, so that a busy table does not keep the others from
 * their turn; those with fewer than `filesMin` wait. Works on tables as the last commit left them. Returns whether anything
 * was done.
 */
export async function compactTables(shift: CommitShift, { filesMin }: { filesMin: number }): Promise<boolean> {
  const isWaiting = (loaded: LoadedTable) => !shift.compact.has(loaded) && filesOf(loaded) >= filesMin;
  if (![...shift.known.values()].some(isWaiting)) return false;
  const tables = await readTables(shift.deps.database.pool, shift.pipeline.id);
  const candidates = tables
    .filter(({ state }) => state === 'live')
    .flatMap((table) =>
      modesOf(table).flatMap((mode) => {
        const loaded = shift.known.get(identifierText(identifierOf(shift.pipeline, table, mode)));
        return loaded && isWaiting(loaded) ? [{ table, mode, loaded, files: filesOf(loaded) }] : [];
      }),
    );
  for (const candidate of inTurn(candidates)) {
    if (await compactIfDue(shift, candidate)) return true;
    shift.compact.add(candidate.loaded);
  }
  // Those of tables that are not live have no turn until they change.
  if (filesMin === 0) for (const loaded of shift.known.values()) shift.compact.add(loaded);
  return false;
}

/** Data and delete files by the word of the current snapshot's summary: close enough for an order, and nothing is read. */
function filesOf({ metadata }: LoadedTable): number {
  const summary = currentSnapshot(metadata)?.summary;
  return Number(summary?.['total-data-files'] ?? 0) + Number(summary?.['total-delete-files'] ?? 0);
}

type Due = { table: PipelineTable; mode: LakeMode; loaded: LoadedTable };

async function compactIfDue(shift: CommitShift, { table, mode, loaded }: Due): Promise<boolean> {
  const { lake, log, signal } = shift;
  const live = await liveFiles({ metadata: loaded.metadata, reader: lake.manifests });
  const data = live.data.map(({ file }) => file);
  const deletes = live.deletes.map(({ file }) => file);
  const choice = chooseCompaction({ data, deletes });
  const marker = readMarker(loaded.metadata);
  if (!choice || !marker) return false;
  const startedAt = performance.now();
  const outDir = join(shift.deps.config.workDir, 'staged', randomUUID());
  try {
    const target = { mode, identifier: loaded.identifier, loaded, lake: wholeTable(loaded), changelogFieldIds: null };
    const merged = new Set(choice.merge.map((file) => file.path));
    const localDeletes = await localize(shift, deletes);
    const written = await compact(shift.deps.columnar, {
      lake: target.lake,
      files: await localize(shift, choice.merge),
      deletes: localDeletes,
      outDir,
      stem: randomUUID(),
      signal,
    });
    const left = await mergeDeletes(shift.deps.columnar, {
      deletes: localDeletes,
      keepPaths: data.filter((file) => !merged.has(file.path)).map((file) => file.path),
      outDir,
      stem: randomUUID(),
      signal,
    });
    const addDataFiles = await uploadAll({ lake, signal }, { target, written });
    const addDeleteFiles = left
      ? [await toDataFile({ lake, signal }, { target, file: left, content: 'position-deletes' })]
      : [];
    const made = [...addDataFiles, ...addDeleteFiles];
    const staged = {
      target,
      changes: {
        operation: 'replace' as const,
        addDataFiles,
        addDeleteFiles,
        removePaths: new Set([...merged, ...deletes.map((file) => file.path)]),
      },
      madeFiles: made.map((file) => file.path),
      rowsAdded: 0n,
      rowsDeleted: 0n,
      bytesAdded: made.reduce((sum, file) => sum + BigInt(file.bytes), 0n),
    };
    const sent = await sendCommits(shift, {
      parts: [{ table, staged: [staged] }],
      marker: { ...marker, leaseToken: shift.lease.token },
    });
    const durationMs = performance.now() - startedAt;
    log.info('lake table compacted', {
      table: identifierText(loaded.identifier),
      dataFiles: merged.size,
      deleteFiles: deletes.length,
      durationMs: Math.round(durationMs),
    });
    await recordHistory(shift, { table, mode, sent, marker, durationMs, bytesAdded: staged.bytesAdded });
    return true;
  } catch (error) {
    const { code, retry } = policyOf(error);
    if (signal.aborted || (retry === 'automatic' && code !== 'COLUMNAR_MEMORY')) throw error;
    // Nothing is lost by not compacting; the next commit's own errors are the ones that count.
    log.error('lake table was not compacted', { table: identifierText(loaded.identifier), error });
    return false;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

const localize = ({ lake, deps }: CommitShift, files: readonly { readonly path: string }[]): Promise<LakeFile[]> =>
  localFiles(lake.storage, { files, workDir: deps.config.workDir });

/** Every column as the lake has it, a changelog's own included; sorted by key, a changelog by position. */
function wholeTable({ metadata }: LoadedTable): LakeTable {
  const schema = currentSchema(metadata);
  const isChangelog = schema.fields.some((field) => field.name === CHANGELOG_COLUMNS[0].name);
  const order = ['_philotes_epoch', '_philotes_commit_lsn', '_philotes_ordinal'];
  const idOf = (name: string) => schema.fields.find((field) => field.name === name)?.id;
  return {
    columns: schema.fields.map(({ id, name, type, required }) => ({
      fieldId: id,
      ...(typeof type === 'object' && type.type === 'list' ? { elementFieldId: type['element-id'] } : {}),
      name,
      type,
      required,
      attnum: null,
      policy: 'dead-letter',
    })),
    keyFieldIds: isChangelog ? order.flatMap((name) => idOf(name) ?? []) : (schema['identifier-field-ids'] ?? []),
  };
}

async function recordHistory(
  { deps, lease }: CommitShift,
  done: {
    table: PipelineTable;
    mode: LakeMode;
    sent: Sent;
    marker: Marker;
    durationMs: number;
    bytesAdded: bigint;
  },
): Promise<void> {
  const { table, mode, sent, marker, durationMs, bytesAdded } = done;
  await inTransaction(deps.database.pool, async (client) => {
    await holdLease(client, lease);
    await insertHistory(
      client,
      sent.committed.map(({ snapshotId }) => ({
        tableId: table.id,
        mode,
        kind: 'compaction' as const,
        batchId: marker.batchId,
        fromLsn: marker.fromLsn,
        toLsn: marker.toLsn,
        snapshotId,
        rowsAdded: 0n,
        rowsDeleted: 0n,
        bytesAdded,
        durationMs,
      })),
    );
  });
}

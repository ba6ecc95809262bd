import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { applicationName } from '@/server/domain/names.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { visibleSchema } from '@/server/domain/visible-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { SourceConnection, SourceSession } from '@/server/postgres/connect.ts';
import { type DiscoveredTable, discoverTable } from '@/server/postgres/discover.ts';
import { type CommitState, readCommitState } from '@/worker/buffer/commit-state.ts';
import { type ComparedRows, compareRows } from '@/worker/columnar/compare-rows.ts';
import { keepVisible } from '@/worker/columnar/filter-by-snapshot.ts';
import { loadReceived, receiveChanges } from '@/worker/columnar/load-changes.ts';
import { loadCopy } from '@/worker/columnar/load-copy.ts';
import { projectLake } from '@/worker/columnar/project-lake.ts';
import { keepDifferences, type SettledDifferences, settledDifferences } from '@/worker/columnar/settled-differences.ts';
import { liveFiles } from '@/worker/iceberg/live-files.ts';
import { readMarker } from '@/worker/iceberg/marker.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { openChunk } from '@/worker/source/postgres/copy.ts';
import { tableFingerprint } from '@/worker/source/postgres/table-fingerprint.ts';
import { passXminBarrier } from '@/worker/source/postgres/xmin-barrier.ts';
import { parseSnapshot } from '../copied-chunks.ts';
import { type PipelineDefinition, type PipelineTable, readPipeline, readTable } from '../definition.ts';
import type { Lake } from '../lake.ts';
import { type LakeTarget, loadTargets } from '../lake-targets.ts';
import { localFiles } from '../local-files.ts';
import { maskSalt } from '../mask-salt.ts';
import { readParkedKeys } from '../parked-keys.ts';
import { filterOf } from '../table-filters.ts';
import { awaitCaptured, pendingBlocks } from './pending-changes.ts';

/** How long the changes that the source's rows show may take to arrive: at a look of the first kind, and an exact one. */
const CAPTURED_WITHIN_MS = { first: 250, exact: 30_000 };
const BARRIER_WITHIN_MS = 10_000;

/** What a verification holds for as long as it is worked on. */
export type VerifyContext = {
  readonly deps: WorkerDeps;
  readonly tableId: number;
  readonly connection: SourceConnection;
  /** For questions; rows are read over sessions of their own. */
  readonly session: SourceSession;
  readonly lake: Lake;
  readonly signal: AbortSignal;
};

export type LookOptions = {
  readonly range: KeyRange;
  /** Differences are real, not only changes that are late. */
  readonly isExact: boolean;
  /** Folder for the differences. */
  readonly dir: string;
  readonly name: string;
  /** Differences of the look before. */
  readonly before: string | null;
};

export type Look = Omit<ComparedRows, 'differences'> & {
  /** File with the differences; null when there are none. */
  readonly kept: string | null;
  /** What this look and the one before agree on; null without one before. */
  readonly settled: SettledDifferences | null;
};

/**
 * Compares a range once, while everything goes on. The lake is taken as one Iceberg snapshot shows it, at position P. The
 * source's rows are read after that, under a snapshot S of their own. What S shows and P does not is in the buffer: those
 * changes are added to the lake's rows, by transaction id, and nothing else is. Then both are the same set of transactions,
 * but for two cases: a change that has not been captured yet, and a transaction that the log has and S does not show yet
 * (it waits for a standby). An exact look waits for both; without the wait, equality is as certain, and differences are not.
 */
export async function lookAtRange(context: VerifyContext, options: LookOptions): Promise<Look> {
  const { deps, session, connection, signal } = context;
  const { pool } = deps.database;
  const { range, isExact, dir, name, before } = options;
  const { pipeline, table, oid } = await requireLive(context);
  const present = await requireTable(session, { table, oid });
  const fingerprint = await tableFingerprint(session.client, oid);
  const state = await readCommitState(pool, pipeline.id);
  if (!state) throw new AppError('VERIFY_WAITS', 'the pipeline has no position');
  const target = await loadMirror(context, { pipeline, table, present });
  const live = await liveFiles({ metadata: target.loaded.metadata, reader: context.lake.manifests });
  const localize = (files: readonly { readonly path: string }[]) =>
    localFiles(context.lake.storage, { files, workDir: deps.config.workDir });
  const lakeLsn = positionOf(target, state);

  if (isExact) await passXminBarrier(session.client, { signal, waitMaxMs: BARRIER_WITHIN_MS });
  await using chunk = await openChunk({
    connection,
    table: present,
    chunk: { kind: 'key-range', ...range },
    where: present.where,
    fingerprint,
    maskSalt: await maskSalt(deps, pipeline.id),
    applicationName: applicationName(pipeline.id, 'verify'),
    signal,
  });
  const lsn = await writePosition(session);
  const withinMs = isExact ? CAPTURED_WITHIN_MS.exact : CAPTURED_WITHIN_MS.first;
  const { state: tail, isCaptured } = await awaitCaptured(pool, { pipelineId: pipeline.id, lsn, withinMs, signal });
  if (isExact && !isCaptured) {
    throw new AppError('VERIFY_BEHIND', `the changes up to the rows that were read did not arrive in ${withinMs} ms`);
  }
  const blocks = await pendingBlocks(pool, { pipeline, oid, before: state, tail, lakeLsn });
  await using received = await receiveChanges(deps.columnar, { lake: target.lake, blocks, signal });
  const changes = await loadReceived(received);
  await keepVisible(changes, parseSnapshot(chunk.snapshot));
  const source = await loadCopy(received.session, { lake: target.lake, schema: present.schema, bytes: chunk.bytes });
  const { rowsTable, excusedTable } = await projectLake(changes, {
    range,
    state: {
      data: live.data.map(({ file }) => file),
      deletes: await localize(live.deletes.map(({ file }) => file)),
      localize,
    },
    parked: await readParkedKeys(pool, { tableId: table.id, epoch: state.epoch, fromLsn: lakeLsn }),
    ...(target.effects ? { effects: target.effects } : {}),
  });
  const compared = await compareRows(received.session, {
    lake: target.lake,
    source,
    projected: rowsTable,
    excused: excusedTable,
    deletedAt: target.effects?.deletedAt ?? -1,
    keepsExtra: table.onDelete === 'ignore' || table.onTruncate === 'ignore',
  });
  const { differences, ...figures } = await withUnreadable(compared, { session: received.session, source, chunk });
  const settled =
    before === null ? null : await settledDifferences(received.session, { lake: target.lake, differences, before });
  const kept = figures.count === 0 ? null : await keepDifferences(received.session, { differences, dir, name });
  return { ...figures, kept, settled };
}

/** Rows that are too long to be loaded at all are parked by copies and streams alike. */
async function withUnreadable(
  compared: ComparedRows,
  found: {
    session: { numbers(sql: string): Promise<Record<string, number>> };
    source: string;
    chunk: { rows(): number };
  },
): Promise<ComparedRows> {
  const { staged = 0 } = await found.session.numbers(`SELECT count(*) AS staged FROM ${found.source}`);
  const unreadable = found.chunk.rows() - staged;
  if (unreadable === 0) return compared;
  const { excuses } = compared;
  return { ...compared, excuses: { ...excuses, dead_letter: (excuses.dead_letter ?? 0) + unreadable } };
}

async function requireLive({
  deps,
  tableId,
}: VerifyContext): Promise<{ pipeline: PipelineDefinition; table: PipelineTable; oid: number }> {
  const { pool } = deps.database;
  const table = await readTable(pool, tableId);
  const pipeline = table && (await readPipeline(pool, table.pipelineId));
  if (!table || !pipeline) throw new AppError('NOT_FOUND', 'the table is not part of a pipeline any more');
  if (!table.mirror) throw new AppError('VERIFY_IMPOSSIBLE', 'the table has no mirror any more');
  if (table.state !== 'live' || pipeline.desiredState !== 'running' || table.oid === null) {
    throw new AppError('VERIFY_WAITS', `the table is ${table.state}, its pipeline ${pipeline.state}`);
  }
  return { pipeline, table, oid: table.oid };
}

async function requireTable(
  session: SourceSession,
  { table, oid }: { table: PipelineTable; oid: number },
): Promise<DiscoveredTable & { readonly where: RowFilter }> {
  const present = await discoverTable(session.client, oid);
  if (present) {
    const schema = visibleSchema(present.schema, table.boundRules);
    return { ...present, schema, where: filterOf(table, present) };
  }
  throw new AppError('SOURCE_TABLE_MISSING', `table ${table.schema}.${table.table} is gone from the source`);
}

async function loadMirror(
  { lake, signal }: VerifyContext,
  { pipeline, table, present }: { pipeline: PipelineDefinition; table: PipelineTable; present: DiscoveredTable },
): Promise<LakeTarget> {
  const only = { ...table, changelog: false };
  const [target] = await loadTargets(lake, { pipeline, table: only, schema: present.schema, signal });
  if (!target) throw new AppError('VERIFY_IMPOSSIBLE', 'the table has no mirror');
  return target;
}

/** A table that no batch has touched lately is as far as the others; a batch may be visible before it is settled. */
function positionOf({ loaded }: LakeTarget, state: CommitState): Lsn {
  const marker = readMarker(loaded.metadata);
  return marker && marker.epoch === state.epoch && marker.toLsn > state.committedLsn
    ? marker.toLsn
    : state.committedLsn;
}

async function writePosition({ client }: SourceSession): Promise<Lsn> {
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  return parseLsn(rows[0]?.lsn ?? '');
}

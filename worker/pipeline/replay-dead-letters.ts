import type { Lsn } from '@/server/domain/lsn.ts';
import { applicationName } from '@/server/domain/names.ts';
import { appliesAll } from '@/server/domain/schema-policy.ts';
import { keyColumns, type TableSchema } from '@/server/domain/table-schema.ts';
import { visibleSchema } from '@/server/domain/visible-schema.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import { openSourceSession } from '@/server/postgres/connect.ts';
import { discoverTable } from '@/server/postgres/discover.ts';
import { openSource } from '@/server/sources/open-source.ts';
import type { CommitState } from '@/worker/buffer/commit-state.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { ROW_BYTES_MAX } from '@/worker/columnar/large-rows.ts';
import type { ChangeBlock } from '@/worker/columnar/load-changes.ts';
import { OMITTED_REASON } from '@/worker/columnar/reject.ts';
import type { Marker } from '@/worker/iceberg/marker.ts';
import { fetchRows } from '@/worker/source/postgres/fetch-rows.ts';
import type { CommitShift } from './commit.ts';
import type { PipelineTable } from './definition.ts';
import { type LakeTarget, loadTargets } from './lake-targets.ts';
import { maskSalt } from './mask-salt.ts';
import { nextReplay, type ReplayGroup, reopen, reopenAll, storeReplayIntent } from './requested-replays.ts';
import { sendCommits } from './send-commits.ts';
import { settleReplay } from './settle-replay.ts';
import { hasLanded } from './stage-batch-table.ts';
import { stageTable } from './stage-table.ts';
import type { StagedTable, StagedTarget } from './staged-table.ts';
import { filterOf } from './table-filters.ts';

/**
 * Between batches: carries parked rows that a person asked for. Returns whether anything was done.
 *
 * The changelog gets the parked change itself, at its own position. The mirror never gets an old payload: it gets the
 * row that the source has under the key now. That row may be newer than everything else in the lake, whose position P
 * the stream still has to bring up to the fetch's position F. The end is right all the same:
 *
 * - Each change of the key between P and F is carried again in order. Updates and deletes look the row up, and inserts
 *   do too until P has passed F (`readParkedKeys`), so the last change before F leaves the same row that was fetched.
 * - A key that the source does not have is left alone: its delete has been carried already, or is between P and F.
 * - A change between P and F that leaves a value unchanged takes it from the fetched row. Either that value really did
 *   not change until F, or a change that brings it follows. Only a row that moved away from the key before another took
 *   it could keep a stranger's value: such a row is parked instead.
 *
 * Each lake table has a commit of its own, so that a mirror is made good even where the changelog cannot hold the change.
 * The batch id is stored with the letters before the commit and is the lake table's marker after it. So a crash in between is
 * recognised, and nothing is appended twice.
 */
export async function replayDeadLetters(
  shift: CommitShift,
  { state, tables }: { state: CommitState; tables: readonly PipelineTable[] },
): Promise<boolean> {
  const { pool } = shift.deps.database;
  const live = tables.filter((table) => table.state === 'live');
  const group = await nextReplay(
    pool,
    live.map((table) => table.id),
  );
  const table = live.find(({ id }) => id === group?.tableId);
  if (!group || !table) return false;
  let staged: Staged | null;
  try {
    staged = await stage(shift, { state, table, group });
  } catch (error) {
    // What was sent before may be in the lake: then only its markers say what becomes of the letters.
    if (shift.signal.aborted || policyOf(error).retry === 'automatic' || group.isRepeated) throw error;
    await giveUp(shift, { table, group, error });
    return true;
  }
  if (staged) await send(shift, { state, table, group, staged });
  return true;
}

async function giveUp(shift: CommitShift, options: { table: PipelineTable; group: ReplayGroup; error: unknown }) {
  const { table, group, error } = options;
  shift.log.error('dead letters were not replayed', { table: `${table.schema}.${table.table}`, error });
  await reopenAll(shift.deps.database.pool, group, error);
}

type Staged = {
  readonly parts: readonly StagedTarget[];
  readonly landed: readonly LakeTarget[];
  readonly nulled: ReadonlyMap<string, number>;
  /** Behind what the fetched rows show; null when none were. */
  readonly lsn: Lsn | null;
};

type Replay = { state: CommitState; table: PipelineTable; group: ReplayGroup };

/** Null when some letters had to be opened again: the others are asked for in the next round. */
async function stage(shift: CommitShift, { state, table, group }: Replay): Promise<Staged | null> {
  const { deps, pipeline, lake, lease, signal, known } = shift;
  const connection = await openSource(deps, pipeline.sourceId);
  await using session = await openSourceSession(connection, {
    applicationName: applicationName(pipeline.id, 'control'),
  });
  const present = table.oid === null ? null : await discoverTable(session.client, table.oid);
  if (!present) throw new AppError('SOURCE_TABLE_MISSING', `table ${table.schema}.${table.table} is gone`);
  const schema = visibleSchema(present.schema, table.boundRules);
  // The lake gets ahead of the stream only where nobody is to be asked: what it has no column for is left to the stream.
  const mayEvolve = appliesAll(table.schemaPolicy, pipeline.schemaPolicy);
  const loading = { pipeline, table, schema, known, signal };
  const targets = await loadTargets(lake, mayEvolve ? { ...loading, lease } : loading);
  const target = targets.find(({ mode }) => mode === group.mode);
  if (!target) throw new AppError('INTERNAL', `the table has no ${group.mode}`);
  const hasIt = hasLanded({ target, table, batchId: group.batchId });
  if (hasIt) return { parts: [], landed: [target], nulled: new Map(), lsn: null };
  const keys = [...new Map(group.letters.map(({ rowKey }) => [JSON.stringify(rowKey), rowKey ?? []])).values()].filter(
    (key) => key.length > 0,
  );
  const fetched =
    group.mode === 'mirror' && keys.length > 0
      ? await fetchRows(session.client, {
          table: { ...present, schema },
          where: filterOf(table, present),
          keys,
          rowBytesMax: ROW_BYTES_MAX,
          maskSalt: await maskSalt(deps, pipeline.id),
        })
      : { rows: [], tooLarge: [], lsn: null };
  const { rows, tooLarge } = fetched;
  const result = await stageTable({
    columnar: deps.columnar,
    lake,
    workDir: deps.config.workDir,
    epoch: group.epoch,
    signal,
    targets: [target],
    blocks: group.mode === 'mirror' ? rowBlock(schema, { rows, lsn: state.committedLsn }) : payloads(shift, group),
  });
  const refused =
    group.mode === 'mirror' ? badRows(group, { schema, result, rows, tooLarge }) : badLines(group, result);
  if (refused.size > 0) {
    await reopen(deps.database.pool, refused);
    await lake.storage.delete(result.targets.flatMap((part) => part.madeFiles));
    return null;
  }
  return { parts: result.targets, landed: [], nulled: result.nulled, lsn: fetched.lsn };
}

async function send(shift: CommitShift, { state, table, group, staged }: Replay & { staged: Staged }): Promise<void> {
  const { deps, pipeline, lease } = shift;
  const { pool } = deps.database;
  const startedAt = performance.now();
  const marker: Marker = {
    pipelineId: pipeline.id,
    epoch: state.epoch,
    fromLsn: state.committedLsn,
    toLsn: state.committedLsn,
    batchId: group.batchId,
    leaseToken: lease.token,
  };
  await storeReplayIntent(pool, { lease, group, lsn: staged.lsn });
  const sent = await sendCommits(shift, { parts: [{ table, staged: staged.parts }], marker });
  const [refused] = sent.parked;
  if (refused) {
    if (sent.committed.length > 0 || group.isRepeated) throw refused.error;
    return giveUp(shift, { table, group, error: refused.error });
  }
  await failpoint('replay-committed');
  await settleReplay(pool, { ...staged, lease, group, marker, sent, durationMs: performance.now() - startedAt });
  shift.log.info('dead letters replayed', {
    table: `${table.schema}.${table.table}`,
    letters: group.letters.length,
    mode: group.mode,
  });
}

/** The fetched rows as a block of updates; their ordinals are their places. */
async function* rowBlock(
  schema: TableSchema,
  { rows, lsn }: { rows: readonly (string | null)[][]; lsn: Lsn },
): AsyncGenerator<ChangeBlock> {
  if (rows.length === 0) return;
  const quoted = (value: string | null) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`);
  const lines = rows.map((row, ordinal) => `u,${lsn},${ordinal},0,0,,${row.map(quoted).join(',')}\n`);
  yield { schema, bytes: Buffer.from(lines.join('')), rows: rows.length };
}

async function* payloads(shift: CommitShift, group: ReplayGroup): AsyncGenerator<ChangeBlock> {
  const { deps, pipeline, schemas } = shift;
  for (const { schemaHash: hash, payload } of group.letters) {
    const schema = await readSchema(deps.database.pool, { pipelineId: pipeline.id, hash, cache: schemas });
    yield { schema, bytes: payload, rows: 1, hasOmitted: true };
  }
}

type Refusals = Map<number, { column: string | null; reason: string }>;

/** Letters whose present row the mirror still cannot hold, with why. */
function badRows(
  { letters }: ReplayGroup,
  found: {
    schema: TableSchema;
    result: StagedTable;
    rows: readonly (string | null)[][];
    tooLarge: readonly (readonly (string | null)[])[];
  },
): Refusals {
  const { schema, result, rows } = found;
  const tooLarge = new Set(found.tooLarge.map((key) => JSON.stringify(key)));
  const key = keyColumns(schema).map((column) => schema.columns.indexOf(column));
  const keyAt = (place: bigint) => JSON.stringify(key.map((at) => rows[Number(place)]?.[at] ?? null));
  const rejects = new Map(result.rejects.map((reject) => [keyAt(reject.ordinal), reject]));
  const refused: Refusals = new Map();
  for (const { id, rowKey } of letters) {
    const reject = rejects.get(JSON.stringify(rowKey));
    if (reject) refused.set(id, { column: reject.column, reason: reject.reason });
    else if (tooLarge.has(JSON.stringify(rowKey))) refused.set(id, { column: null, reason: OMITTED_REASON });
    else if (!rowKey)
      refused.set(id, { column: null, reason: 'the line does not tell its key: resync the table instead' });
  }
  return refused;
}

/** Letters whose change the changelog still cannot hold, with why. */
function badLines({ letters }: ReplayGroup, { rejects }: StagedTable): Refusals {
  const byLine = new Map(rejects.map((reject) => [reject.payload.toString('latin1'), reject]));
  return new Map(
    letters.flatMap(({ id, payload }) => {
      const reject = byLine.get(payload.toString('latin1'));
      return reject ? [[id, { column: reject.column, reason: reject.reason }] as const] : [];
    }),
  );
}

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { RowCondition } from '@/server/domain/copy-scope.ts';
import { dataFileToJson } from '@/server/domain/iceberg/data-file-json.ts';
import { parseLsn } from '@/server/domain/lsn.ts';
import { applicationName } from '@/server/domain/names.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { SourceConnection } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { writeCopyChunk } from '@/worker/columnar/copy-chunk.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import { type OpenChunk, type OpenChunkOptions, openChunk } from '@/worker/source/postgres/copy.ts';
import { exportSnapshot } from '@/worker/source/postgres/exported-snapshot.ts';
import { ChunkRecord, CopyRecord, ORDINALS_PER_CHUNK } from './copy-record.ts';
import { type PipelineDefinition, readPipeline, readTable } from './definition.ts';
import { openLake } from './lake.ts';
import { loadTargets } from './lake-targets.ts';
import { maskSalt } from './mask-salt.ts';
import { storeCopiedChunk } from './store-copied-chunk.ts';
import { uploadAll } from './upload-files.ts';

/** A chunk that this worker has claimed. */
export type ClaimedChunk = {
  readonly id: number;
  readonly tableId: number;
  readonly generation: number;
  readonly ordinal: number;
  readonly range: unknown;
};

/** Copies one chunk: rows out of the source, files into the store, and a record of both. Nothing becomes visible. */
export async function copyTableChunk(
  deps: WorkerDeps,
  { chunk, worker, signal }: { chunk: ClaimedChunk; worker: string; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const table = await readTable(pool, chunk.tableId);
  const pipeline = table && (await readPipeline(pool, table.pipelineId));
  // Another chunk may have ended the copy since this one was claimed.
  if (!table || !pipeline || table.generation !== chunk.generation || table.state !== 'copying') return;
  const record = CopyRecord.parse(table.copyPlan);
  const range = ChunkRecord.parse(chunk.range);
  const schema = await readSchema(pool, { pipelineId: pipeline.id, hash: record.schemaHash, cache: new Map() });
  const connection = await openSource(deps, pipeline.sourceId);
  await using lake = await openLake(deps, { destinationId: pipeline.destinationId, signal });
  const targets = await loadTargets(lake, { pipeline, table, schema, signal });
  const mirror = targets.find((target) => target.mode === 'mirror');
  const changelog = targets.find((target) => target.mode === 'changelog');
  const first = mirror ?? changelog;
  if (!first) return;

  const epoch = await epochOf(pool, pipeline.id);
  const outDir = join(deps.config.workDir, 'staged', randomUUID());
  try {
    await using source = await openRange({
      salt: await maskSalt(deps, pipeline.id),
      connection,
      pipeline,
      schema,
      range,
      where: [...record.where, ...(table.copyScope?.where ?? [])],
      record,
      signal,
    });
    const written = await writeCopyChunk(deps.columnar, {
      lake: first.lake,
      schema,
      bytes: source.bytes,
      position: {
        epoch,
        lsn: parseLsn(record.startLsn),
        ordinalStart: BigInt(chunk.ordinal) * ORDINALS_PER_CHUNK,
        timeUs: BigInt(Date.now()) * 1000n,
      },
      mirror: mirror !== undefined,
      changelog: changelog?.changelogFieldIds ? { fieldIds: changelog.changelogFieldIds, lake: changelog.lake } : null,
      outDir,
      signal,
    });
    const context = { lake, signal };
    const files = {
      mirror: mirror ? await uploadAll(context, { target: mirror, written: written.mirror }) : [],
      changelog: changelog ? await uploadAll(context, { target: changelog, written: written.changelog }) : [],
    };
    const taken = written.rows + written.rejects.length;
    if (taken !== source.rows()) {
      throw new AppError(
        'COPY_ROWS_MISCOUNTED',
        `${taken} rows were written or parked, the source sent ${source.rows()}`,
      );
    }
    await failpoint('chunk-copied');
    const isStored = await storeCopiedChunk(pool, {
      chunk,
      worker,
      table,
      snapshot: source.snapshot,
      snapshotLsn: source.snapshotLsn,
      written,
      epoch,
      startLsn: record.startLsn,
      files: { mirror: files.mirror.map(dataFileToJson), changelog: files.changelog.map(dataFileToJson) },
    });
    await failpoint('chunk-stored');
    if (isStored) deps.metrics.copiedRows.inc({ pipeline: pipeline.id }, written.rows);
    else await lake.storage.delete([...files.mirror, ...files.changelog].map((file) => file.path));
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

type Range = {
  connection: SourceConnection;
  pipeline: PipelineDefinition;
  schema: TableSchema;
  range: ChunkRecord;
  where: readonly RowCondition[];
  record: CopyRecord;
  salt: Buffer;
  signal: AbortSignal;
};

/** A chunk's bytes and the one snapshot that they were read under. */
type OpenRange = AsyncDisposable & Pick<OpenChunk, 'snapshot' | 'snapshotLsn' | 'bytes' | 'rows'>;

async function openRange({
  connection,
  pipeline,
  schema,
  range,
  where,
  record,
  salt,
  signal,
}: Range): Promise<OpenRange> {
  const common = {
    connection,
    table: { schema, kind: record.isPartitioned ? 'partitioned' : 'table' },
    fingerprint: record.fingerprint,
    maskSalt: salt,
    applicationName: applicationName(pipeline.id, 'copy'),
    signal,
  } as const satisfies Partial<OpenChunkOptions>;
  if (range.kind === 'key-range') return openChunk({ ...common, chunk: range, where });
  const exported = await exportSnapshot({ connection, applicationName: common.applicationName });
  let rows = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    if (range.kind !== 'whole') return;
    for (const chunk of range.chunks) {
      await using part = await openChunk({ ...common, chunk, where, snapshotId: exported.snapshotId });
      yield* part.bytes;
      rows += part.rows();
    }
  }
  return {
    snapshot: exported.snapshot,
    snapshotLsn: exported.snapshotLsn,
    bytes: bytes(),
    rows: () => rows,
    [Symbol.asyncDispose]: () => exported[Symbol.asyncDispose](),
  };
}

async function epochOf(pool: Pool, pipelineId: string): Promise<number> {
  const { rows } = await pool.query<{ epoch: number }>('select epoch from position where pipeline_id = $1', [
    pipelineId,
  ]);
  const epoch = rows[0]?.epoch;
  if (epoch === undefined) throw new AppError('NOT_FOUND', `pipeline ${pipelineId} has no position any more`);
  return epoch;
}

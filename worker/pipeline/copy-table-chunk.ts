import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
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
import { type OpenChunkOptions, openChunk } from '@/worker/source/postgres/copy.ts';
import { exportSnapshot } from '@/worker/source/postgres/exported-snapshot.ts';
import { ChunkRecord, CopyRecord, ORDINALS_PER_CHUNK } from './copy-record.ts';
import { type PipelineDefinition, type PipelineTable, readPipeline, readTable } from './definition.ts';
import { openLake } from './lake.ts';
import { loadTargets } from './lake-targets.ts';
import { uploadAll } from './stage-table.ts';
import { storeDeadLetters } from './store-dead-letters.ts';

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
  if (!table || !pipeline || table.generation !== chunk.generation) return;
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

  const outDir = join(deps.config.workDir, 'staged', randomUUID());
  try {
    await using source = await openRange({ connection, pipeline, schema, range, record, signal });
    const written = await writeCopyChunk(deps.columnar, {
      lake: first.lake,
      schema,
      bytes: source.bytes,
      position: {
        epoch: await epochOf(pool, pipeline.id),
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
    await storeDeadLetters(pool, {
      tableId: table.id,
      epoch: await epochOf(pool, pipeline.id),
      schemaHash: record.schemaHash,
      rejects: written.rejects,
    });
    await failpoint('chunk-copied');
    const isStored = await storeResult(pool, {
      chunk,
      worker,
      table,
      snapshot: source.snapshot,
      rows: written.rows,
      files: { mirror: files.mirror.map(dataFileToJson), changelog: files.changelog.map(dataFileToJson) },
    });
    await failpoint('chunk-stored');
    if (!isStored) await lake.storage.delete([...files.mirror, ...files.changelog].map((file) => file.path));
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

type Range = {
  connection: SourceConnection;
  pipeline: PipelineDefinition;
  schema: TableSchema;
  range: ChunkRecord;
  record: CopyRecord;
  signal: AbortSignal;
};

/** A chunk's bytes and the one snapshot that they were read under. */
type OpenRange = AsyncDisposable & { readonly snapshot: string; readonly bytes: AsyncIterable<Buffer> };

async function openRange({ connection, pipeline, schema, range, record, signal }: Range): Promise<OpenRange> {
  const common = {
    connection,
    table: { schema, kind: 'table' },
    fingerprint: record.fingerprint,
    applicationName: applicationName(pipeline.id, 'copy'),
    signal,
  } as const satisfies Partial<OpenChunkOptions>;
  if (range.kind === 'key-range') return openChunk({ ...common, chunk: range });
  const exported = await exportSnapshot({ connection, applicationName: common.applicationName });
  async function* bytes(): AsyncGenerator<Buffer> {
    if (range.kind !== 'whole') return;
    for (const chunk of range.chunks) {
      await using part = await openChunk({ ...common, chunk, snapshotId: exported.snapshotId });
      yield* part.bytes;
    }
  }
  return { snapshot: exported.snapshot, bytes: bytes(), [Symbol.asyncDispose]: () => exported[Symbol.asyncDispose]() };
}

async function epochOf(pool: Pool, pipelineId: string): Promise<number> {
  const { rows } = await pool.query<{ epoch: number }>('select epoch from position where pipeline_id = $1', [
    pipelineId,
  ]);
  const epoch = rows[0]?.epoch;
  if (epoch === undefined) throw new AppError('NOT_FOUND', `pipeline ${pipelineId} has no position any more`);
  return epoch;
}

/** False when another worker has taken the chunk over, or the copy was begun anew, meanwhile. */
async function storeResult(
  pool: Pool,
  result: {
    chunk: ClaimedChunk;
    worker: string;
    table: PipelineTable;
    snapshot: string;
    rows: number;
    files: { mirror: unknown[]; changelog: unknown[] };
  },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    /* sql */ `
    with done as (
      update copy_chunk
         set state = 'done', snapshot = $4, rows = $5, files = $6, ended_at = now()
       where id = $1 and worker = $2 and state = 'running' and generation = $3
      returning pipeline_table_id
    )
    update pipeline_table set copy_rows = copy_rows + $5::bigint
      from done where id = done.pipeline_table_id and pipeline_table.generation = $3`,
    [
      result.chunk.id,
      result.worker,
      result.table.generation,
      result.snapshot,
      result.rows,
      JSON.stringify(result.files),
    ],
  );
  return rowCount === 1;
}

import type { Client } from 'pg';
import { heldOf } from '@/server/domain/held-columns.ts';
import { keyColumns, type SourceColumn } from '@/server/domain/table-schema.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { visibleSchema } from '@/server/domain/visible-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type DiscoveredTable, discoverTable } from '@/server/postgres/discover.ts';
import { neededType } from '@/worker/iceberg/lake-schema.ts';
import { type CopyPlan, planChunks } from '@/worker/source/postgres/copy-plan.ts';
import { divideRange } from '@/worker/source/postgres/order-bounds.ts';
import type { PipelineDefinition, PipelineTable } from '../definition.ts';
import { loadTargets } from '../lake-targets.ts';
import { filterOf } from '../table-filters.ts';
import type { VerifyContext } from './look-at-range.ts';
import type { ClaimedVerification } from './verify-table.ts';

/** Rows of one range: what a look keeps in memory, or on the worker's disk. */
const RANGE_ROWS_MAX = 100_000;
/** What a look reads of the source at most, about: wide rows make small ranges. */
const RANGE_BYTES_MAX = 1024 ** 3;
/** A table whose keys cannot be put in order here is compared as one range, up to this many rows. */
const WHOLE_ROWS_MAX = 2_000_000;

type Options = {
  readonly pipeline: PipelineDefinition;
  readonly table: PipelineTable;
  readonly verification: ClaimedVerification;
};

/** Divides the table into ranges, if that has not been done, and says which columns cannot be compared. */
export async function planVerification(context: VerifyContext, options: Options): Promise<void> {
  const { deps, session, lake, signal } = context;
  const { pipeline, table, verification } = options;
  const { pool } = deps.database;
  const planned = await pool.query('select 1 from verification_range where verification_id = $1 limit 1', [
    verification.id,
  ]);
  if (planned.rowCount !== 0) return;
  const present = table.oid === null ? null : await discoverTable(session.client, table.oid);
  if (!present)
    throw new AppError('SOURCE_TABLE_MISSING', `table ${table.schema}.${table.table} is gone from the source`);
  const [key] = keyColumns(present.schema);
  if (!key) throw new AppError('VERIFY_IMPOSSIBLE', 'the table has no key any more');
  const rowsPerChunk = Math.min(pipeline.settings.copyChunkRows, await rangeRowsMax(session.client, present));
  const visible = visibleSchema(present.schema, table.boundRules);
  const [target] = await loadTargets(lake, {
    pipeline,
    table: { ...table, changelog: false },
    schema: visible,
    signal,
  });
  // A policy may have made another order of the key's values by making texts of them.
  const oneSnapshot =
    target?.lake.columns.find(({ attnum }) => attnum === key.attnum)?.type !== neededType(key, 'dead-letter');
  const where = filterOf(table, present);
  const plan = await planChunks(session.client, present, { rowsPerChunk, oneSnapshot, where });
  const ranges = await rangesOf(session.client, { plan, key, present, scope: verification.scope });
  const inLake = new Set(target?.lake.columns.map(({ attnum }) => attnum));
  const held = heldOf(table.held, present.schema.oid);
  const reasonOf = (attnum: number): string => {
    if (visible.hidden?.includes(attnum)) return 'a rule leaves this column out';
    if (held[attnum]?.leftOut) return 'the lake ignores this column';
    return 'the lake gets this column with the next change of the table';
  };
  const leftOut = present.schema.columns
    .filter(({ attnum }) => !inLake.has(attnum))
    .map(({ name, attnum }) => ({ column: name, reason: reasonOf(attnum) }));
  await pool.query(
    /* sql */ `
    with planned as (
      update verification set key_column = $3, left_out = $4, rows_estimate = $5
       where id = $1 and worker = $2 and state = 'running' returning id
    )
    insert into verification_range (verification_id, ordinal, lower, upper)
    select planned.id, range.ordinality - 1, range.value->>'lower', range.value->>'upper'
      from planned cross join jsonb_array_elements($6::jsonb) with ordinality as range`,
    [
      verification.id,
      verification.worker,
      key.name,
      JSON.stringify(leftOut),
      Math.max(0, Math.round(present.rowEstimate ?? 0)),
      JSON.stringify(ranges),
    ],
  );
}

async function rangeRowsMax(client: Client, { schema, rowEstimate }: DiscoveredTable): Promise<number> {
  if (!rowEstimate || rowEstimate < 0) return RANGE_ROWS_MAX;
  const { rows } = await client.query<{ bytes: string | null }>(
    `SELECT sum(pg_table_size(oid))::text AS bytes FROM pg_class
      WHERE oid = $1 OR oid IN (SELECT relid FROM pg_partition_tree($1) WHERE isleaf)`,
    [schema.oid],
  );
  const rowBytes = Number(rows[0]?.bytes ?? 0) / rowEstimate;
  return Math.max(1, Math.min(RANGE_ROWS_MAX, Math.floor(RANGE_BYTES_MAX / Math.max(1, rowBytes))));
}

type Ranges = { plan: CopyPlan; key: SourceColumn; present: DiscoveredTable; scope: KeyRange };

async function rangesOf(client: Client, { plan, key, present, scope }: Ranges): Promise<KeyRange[]> {
  const isPart = scope.lower !== null || scope.upper !== null;
  if (plan.kind === 'keyed') {
    const bounds = plan.chunks.flatMap((chunk) =>
      chunk.kind === 'key-range' && chunk.lower !== null ? [chunk.lower] : [],
    );
    return divideRange(client, { key, bounds, range: scope });
  }
  if (isPart) {
    throw new AppError('VERIFY_IMPOSSIBLE', `keys of column ${key.name} (${key.typeName}) cannot be put in order here`);
  }
  const rows = present.rowEstimate ?? 0;
  if (rows > WHOLE_ROWS_MAX) {
    throw new AppError(
      'VERIFY_IMPOSSIBLE',
      `keys of column ${key.name} (${key.typeName}) cannot be put in order here, and ${Math.round(rows)} rows are too many to compare at once`,
    );
  }
  return [{ lower: null, upper: null }];
}

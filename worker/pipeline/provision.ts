import type { Pool } from 'pg';
import { formatLsn } from '@/server/domain/lsn.ts';
import { applicationName, publicationName, slotName } from '@/server/domain/names.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { Log } from '@/server/platform/logger.ts';
import { openSourceSession, type SourceConnection, type SourceSession } from '@/server/postgres/connect.ts';
import { type DiscoveredTable, discoverTables } from '@/server/postgres/discover.ts';
import type { Lease } from '@/worker/buffer/lease.ts';
import { createSegmentTables } from '@/worker/buffer/segment-tables.ts';
import { readTail } from '@/worker/buffer/tail.ts';
import { parkTable } from '@/worker/runtime/attention.ts';
import { identifySource, type SourceIdentity } from '@/worker/source/postgres/identify-source.ts';
import { ensurePublication, requirePublication } from '@/worker/source/postgres/publication.ts';
import { createSlot, dropSlot } from '@/worker/source/postgres/slot.ts';
import type { PipelineDefinition, PipelineTable } from './definition.ts';
import { readTables } from './definition.ts';
import { followTimeline } from './follow-timeline.ts';
import { parkStrayTables } from './park-stray-tables.ts';
import { bindFilter, parkUnfit, storePublished } from './table-filters.ts';
import { bindTable, needsBinding } from './table-rules.ts';

type Options = {
  readonly pool: Pool;
  readonly connection: SourceConnection;
  readonly pipeline: PipelineDefinition;
  readonly lease: Lease;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** A stream is open: tables whose column rules are new wait until it is opened anew. */
  readonly isStreaming?: true;
};

/** The tables with their oids, and whether the publication holds exactly them. */
export type Provisioned = { readonly tables: readonly PipelineTable[]; readonly isPublished: boolean };

/**
 * Makes sure that everything a running pipeline owns exists, under the capture lease: the tables are known, published,
 * and the slot stands. Publication, then slot, then position: a crash in between leaves a slot without a position,
 * which holds nothing of value and is made anew. Safe to repeat. A table that somebody locks keeps no stream from being
 * opened: then the publication is as it was, and has to be brought up beside the stream.
 */
export async function provision(options: Options): Promise<Provisioned> {
  const { pool, connection, pipeline, lease, log } = options;
  await using session = await openSourceSession(connection, {
    applicationName: applicationName(pipeline.id, 'control'),
  });
  // First of all: nothing is changed on a server that is not the one this pipeline has read so far.
  const identity = await identifySource(session.client);
  const tail = await readTail(pool, pipeline.id);
  if (tail) await followTimeline({ pool, connection, session, pipelineId: pipeline.id, lease, tail, identity, log });
  if (tail) await requirePublication(session.client, publicationName(pipeline.id));
  const { client } = session;
  const gone = tail ? await parkStrayTables(pool, { pipelineId: pipeline.id, client, lease, log }) : new Set<number>();
  const tables = await resolveTables(pool, {
    session,
    pipelineId: pipeline.id,
    isStreaming: options.isStreaming === true,
  });
  const present = tables.filter(({ oid }) => oid !== null && !gone.has(oid));
  let unfit: ReadonlySet<number>;
  try {
    unfit = await publish(options, { client, tables: present });
  } catch (error) {
    if (!tail || options.isStreaming || policyOf(error).code !== 'SOURCE_BLOCKED') throw error;
    log.warn('the publication cannot be changed yet', { pipelineId: pipeline.id, error });
    return { tables, isPublished: false };
  }
  if (!tail) await createPosition(options, { session, identity });
  // As they were published: one that begins anew since is for the next look.
  return { tables: tables.filter(({ oid }) => oid === null || !unfit.has(oid)), isPublished: true };
}

async function publish(
  { pool, pipeline, lease, log }: Options,
  { client, tables }: { client: SourceSession['client']; tables: readonly PipelineTable[] },
): Promise<ReadonlySet<number>> {
  const { unfit } = await ensurePublication(client, {
    publication: publicationName(pipeline.id),
    tables: tables.flatMap(({ oid }) => oid ?? []),
    filters: new Map(
      tables.flatMap(({ boundFilter }) => (boundFilter ? [[boundFilter.oid, boundFilter] as const] : [])),
    ),
    onFiltered: async (published) => {
      await storePublished(pool, { pipelineId: pipeline.id, published });
      if (published.size > 0) await failpoint('filter-remembered');
    },
  });
  if (tables.some(({ boundFilter }) => boundFilter && !boundFilter.published)) await failpoint('filter-published');
  await parkUnfit(pool, { pipelineId: pipeline.id, tables: unfit, lease, log });
  return new Set(unfit.map(({ oid }) => oid));
}

async function createPosition(
  { pool, pipeline, signal }: Options,
  { session, identity }: { session: SourceSession; identity: SourceIdentity },
): Promise<void> {
  const slot = slotName(pipeline.id);
  await createSegmentTables(pool, pipeline.number);
  await dropSlot(session.client, { slot, applicationName: applicationName(pipeline.id, 'capture'), signal });
  const { consistentLsn } = await createSlot(session.client, { slot });
  await failpoint('slot-created');
  await pool.query(
    /* sql */ `
    insert into position (pipeline_id, system_identifier, timeline, tail_lsn, tail_end_lsn, tail_commit_time,
                          committed_lsn, committed_commit_time)
    values ($1, $2, $3, '0/0', $4, now(), $4, now())`,
    [pipeline.id, identity.systemIdentifier, identity.timeline, formatLsn(consistentLsn)],
  );
}

/**
 * Finds each table's oid by name once in its life; from then on the oid says which table is meant. One that is missing is
 * parked, and does not stop the others.
 */
async function resolveTables(
  pool: Pool,
  { session, pipelineId, isStreaming }: { session: SourceSession; pipelineId: string; isStreaming: boolean },
): Promise<PipelineTable[]> {
  const tables = await readTables(pool, pipelineId);
  const isUnknown = (table: PipelineTable) =>
    table.oid === null && table.state === 'pending' && !(isStreaming && needsBinding(table));
  if (!tables.some(isUnknown)) return tables;
  const found = new Map<string, DiscoveredTable>();
  for (const one of await discoverTables(session.client)) found.set(`${one.schema.schema}\n${one.schema.table}`, one);
  for (const table of tables) {
    if (!isUnknown(table)) continue;
    const one = found.get(`${table.schema}\n${table.table}`);
    try {
      if (!one) {
        throw new AppError('SOURCE_TABLE_MISSING', `the source has no table ${table.schema}.${table.table}`);
      }
      const filter = await bindFilter(session.client, { table, found: one });
      await bindTable(pool, { table, schema: one.schema, filter });
    } catch (error) {
      if (policyOf(error).retry === 'automatic') throw error;
      await parkTable(pool, { tableId: table.id, generation: table.generation, error });
    }
  }
  return readTables(pool, pipelineId);
}

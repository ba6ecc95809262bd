import type { OpenPartOptions, SourceConnector, TablePart } from '@/packages/connector/contract.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import { type DiscoveredTable, discoverTable, discoverTables } from '@/server/postgres/discover.ts';
import { preflight } from '@/server/postgres/preflight.ts';
import { openChunk } from './copy.ts';
import { type CopyChunk, planChunks } from './copy-plan.ts';
import { exportSnapshot } from './exported-snapshot.ts';
import { dropPublication, ensurePublication } from './publication.ts';
import { captureApplicationName, openChangeSource } from './segments.ts';
import { createSlot, dropSlot, inspectSlot } from './slot.ts';
import { tableFingerprint } from './table-fingerprint.ts';
import { passXminBarrier } from './xmin-barrier.ts';

const BARRIER_WAIT_MS = 30_000;

/**
 * PostgreSQL, as the contract has it: a stream is a replication slot and a publication of its name. The parts are what the
 * pipelines are made of; they add leases, positions and progress of their own around them.
 */
export const postgresConnector: SourceConnector<SourceConnection, Part> = {
  kind: 'postgresql',

  async discover(connection) {
    await using session = await openSourceSession(connection, { applicationName: 'philotes discovery' });
    return await discoverTables(session.client);
  },

  preflight: (connection, tables) => preflight(connection, { applicationName: 'philotes preflight', tables }),

  async prepare(connection, { stream, tables, signal }) {
    await using session = await openSourceSession(connection, { applicationName: `philotes ${stream}` });
    // The publication first: a slot cannot decode what happened without it.
    await ensurePublication(session.client, { publication: stream, tables });
    if (!(await inspectSlot(session.client, stream))) await createSlot(session.client, { slot: stream });
    await passXminBarrier(session.client, { signal, waitMaxMs: BARRIER_WAIT_MS });
  },

  openChanges: (connection, { stream, position, ...options }) =>
    openChangeSource({ connection, slot: stream, publication: stream, ...position, ...options, log: silentLog }),

  async planCopy(connection, { oid, rowsPerPart }) {
    await using session = await openSourceSession(connection, { applicationName: 'philotes copy plan' });
    const table = await discoverTable(session.client, oid);
    if (!table?.publishable.ok) {
      throw new AppError('SOURCE_TABLE_MISSING', `the source has no table with the oid ${oid} that can be copied`);
    }
    const fingerprint = await tableFingerprint(session.client, oid);
    const plan = await planChunks(session.client, table, { rowsPerChunk: rowsPerPart });
    // Blocks are parts only under one snapshot, so that they are read as one.
    const parts = plan.kind === 'keyed' ? plan.chunks.map((chunk) => [chunk]) : [plan.chunks];
    const { schema, kind } = table;
    return { schema, fingerprint, parts: parts.map((chunks) => ({ kind, chunks })) };
  },

  openPart,

  async release(connection, { stream, signal }) {
    await using session = await openSourceSession(connection, { applicationName: `philotes ${stream}` });
    await dropSlot(session.client, { slot: stream, applicationName: captureApplicationName(stream), signal });
    await dropPublication(session.client, stream);
  },
};

/** Ranges that are read under one snapshot. */
type Part = { readonly kind: DiscoveredTable['kind']; readonly chunks: readonly CopyChunk[] };

async function openPart(connection: SourceConnection, options: OpenPartOptions<Part>): Promise<TablePart> {
  const { plan, stream, signal } = options;
  const { kind, chunks } = options.part;
  const applicationName = `philotes ${stream} copy`;
  const common = { connection, table: { schema: plan.schema, kind }, fingerprint: plan.fingerprint, applicationName };
  const [only] = chunks;
  if (only && chunks.length === 1) return await openChunk({ ...common, chunk: only, signal });
  const exported = await exportSnapshot({ connection, applicationName });
  let rows = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) {
      await using opened = await openChunk({ ...common, chunk, signal, snapshotId: exported.snapshotId });
      yield* opened.bytes;
      rows += opened.rows();
    }
  }
  return {
    snapshot: exported.snapshot,
    bytes: bytes(),
    rows: () => rows,
    [Symbol.asyncDispose]: () => exported[Symbol.asyncDispose](),
  };
}

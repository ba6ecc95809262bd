import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { type Lsn, ZERO_LSN } from '@/server/domain/lsn.ts';
import type { Segment } from '@/server/domain/segment.ts';
import { silentLog } from '@/server/platform/logger.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import type { ChangeSourceOptions } from '../postgres/change-source-options.ts';
import { ensurePublication } from '../postgres/publication.ts';
import { openChangeSource } from '../postgres/segments.ts';
import { createSlot } from '../postgres/slot.ts';
import type { ChangeSource } from '../source.ts';

export type Position = { from: Lsn; endLsn: Lsn };

/** A database with a publication of all its tables and a slot, and what a worker would remember about them. */
export type TestSource = AsyncDisposable & {
  readonly db: TestDatabase;
  readonly connection: SourceConnection;
  readonly slot: string;
  readonly publication: string;
  /** Where a restart resumes: after the last segment that `store` was called with. */
  readonly position: Position;
  open(more?: Partial<ChangeSourceOptions>): Promise<ChangeSource>;
  store(source: ChangeSource, segment: Segment): void;
};

/** Runs `setup` (DDL), publishes every table it made and creates the slot. */
export async function openTestSource(setup: string): Promise<TestSource> {
  const db = await openTestDatabase();
  await db.query(setup);
  const connection: SourceConnection = { ...db.connection, tls: { mode: 'disable' } };
  const slot = `slot_${db.connection.database}`;
  const publication = `pub_${db.connection.database}`;
  await using session = await openSourceSession(connection, { applicationName: 'test setup' });
  const { rows } = await session.client.query<{ oid: number }>(
    `SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace`,
  );
  await ensurePublication(session.client, { publication, tables: rows.map((row) => row.oid) });
  await createSlot(session.client, { slot });
  const position: Position = { from: ZERO_LSN, endLsn: ZERO_LSN };
  return {
    db,
    connection,
    slot,
    publication,
    position,
    open: (more = {}) =>
      openChangeSource({
        connection,
        slot,
        publication,
        from: position.from,
        endLsn: position.endLsn,
        limits: { segmentBytesMax: 4 * 1024 * 1024, segmentAgeMsMax: 20 },
        log: silentLog,
        signal: new AbortController().signal,
        ...more,
      }),
    store: (source, segment) => {
      if (!segment.complete) return;
      position.from = segment.toLsn;
      position.endLsn = segment.endLsn;
      source.confirm(segment.endLsn);
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}

/** Reads segments until `isEnough` of what has come so far; stores none of them. */
export async function readUntil(
  source: ChangeSource,
  isEnough: (segments: readonly Segment[]) => boolean,
): Promise<Segment[]> {
  const segments: Segment[] = [];
  for await (const segment of source.segments) {
    // Its bytes are the source's again when the next one is asked for.
    segments.push({
      ...segment,
      blocks: segment.blocks.map((block) => ({ ...block, bytes: Buffer.from(block.bytes) })),
    });
    if (isEnough(segments)) break;
  }
  return segments;
}

export const rowCount = (segments: readonly Segment[]): number =>
  segments.reduce((sum, segment) => sum + segment.rows, 0);

export { parseRows } from '@/packages/connector/testkit/rows.ts';

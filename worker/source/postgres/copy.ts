import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { RowCondition } from '@/server/domain/copy-scope.ts';
import { type Lsn, parseLsn } from '@/server/domain/lsn.ts';
import { keyColumns, type TableSchema } from '@/server/domain/table-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { openSourceSession, type SourceConnection } from '@/server/postgres/connect.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { filterSql } from '@/server/postgres/filter-sql.ts';
import { qualifiedName } from '@/server/postgres/quote.ts';
import { sourceError } from '@/server/postgres/source-error.ts';
import { copyBytes } from './copy-bytes.ts';
import type { CopyChunk } from './copy-plan.ts';
import { maskCopyText, maskersOf } from './mask-copy-text.ts';
import { tableFingerprint } from './table-fingerprint.ts';
import { tappableSocket } from './tappable-socket.ts';

export type OpenChunkOptions = {
  readonly connection: SourceConnection;
  readonly table: Pick<DiscoveredTable, 'schema' | 'kind'>;
  readonly chunk: CopyChunk;
  /** Only rows that meet all of these. */
  readonly where?: readonly RowCondition[];
  /** `tableFingerprint()` from before the first chunk's snapshot. */
  readonly fingerprint: string;
  /** An exported snapshot to read under; chunks of a `snapshot` plan need one, and all the same. */
  readonly snapshotId?: string;
  readonly applicationName: string;
  /** Needed where columns are masked. */
  readonly maskSalt?: Buffer | null;
  readonly signal: AbortSignal;
};

/** A chunk being read. Disposing it ends its session, also in mid-copy. */
export type OpenChunk = AsyncDisposable & {
  /** `pg_current_snapshot()` of the copy: which transaction ids its rows already include. */
  readonly snapshot: string;
  /** A position behind the commit of every transaction that the snapshot shows; others may have committed before it, too. */
  readonly snapshotLsn: Lsn;
  /**
   * COPY's text format, one column per column of the schema, in buffers that end at a line's end and are valid until the
   * next one is asked for. Rows count only after the last one has been taken without an error: then the table was not
   * rewritten or altered meanwhile.
   */
  readonly bytes: AsyncIterable<Buffer>;
  /** Rows that PostgreSQL says it copied. Ask it behind the last buffer. */
  rows(): number;
};

/**
 * Starts reading one chunk in its own REPEATABLE READ READ ONLY transaction, which ends with the last buffer, so that no
 * lock outlives a chunk. Throws SOURCE_TABLE_CHANGED, SOURCE_SNAPSHOT_LOST, SOURCE_REFUSED (row-level security too).
 */
export async function openChunk(options: OpenChunkOptions): Promise<OpenChunk> {
  const { connection, applicationName, table, signal } = options;
  const session = await openSourceSession(connection, { applicationName, socket: tappableSocket });
  try {
    const { client } = session;
    await beginUnder(client, options.snapshotId);
    const { rows } = await client.query<{ snapshot: string; lsn: string }>(
      'SELECT pg_current_snapshot()::text AS snapshot, pg_current_wal_insert_lsn()::text AS lsn',
    );
    await expectFingerprint(client, options);
    const maskers = maskersOf(table.schema.columns, options.maskSalt ?? null);
    const bytes = copyBytes(client, { sql: copyStatement(options), signal });
    return {
      snapshot: rows[0]?.snapshot ?? '',
      snapshotLsn: parseLsn(rows[0]?.lsn ?? ''),
      bytes: thenCheck(maskers ? maskCopyText(bytes, maskers) : bytes, client, options),
      rows: () => {
        const rows = bytes.rows();
        if (rows === null) throw new AppError('INTERNAL', 'the rows of a copy were asked for before its end');
        return rows;
      },
      [Symbol.asyncDispose]: async () => {
        bytes.stop();
        await session[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw sourceError(error, `copying ${table.schema.schema}.${table.schema.table}`);
  }
}

/**
 * The catalog is compared after the transaction, because inside it catalog queries see the snapshot's past. A table that
 * was rewritten after the snapshot reads as empty under it, without an error.
 */
async function* thenCheck(
  bytes: AsyncIterable<Buffer>,
  client: Client,
  options: OpenChunkOptions,
): AsyncGenerator<Buffer> {
  const { schema } = options.table;
  try {
    yield* bytes;
    options.signal.throwIfAborted();
    await client.query('COMMIT');
    await expectFingerprint(client, options);
  } catch (error) {
    throw options.signal.aborted
      ? options.signal.reason
      : sourceError(error, `copying ${schema.schema}.${schema.table}`);
  }
}

async function beginUnder(client: Client, snapshotId: string | undefined): Promise<void> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  if (snapshotId === undefined) return;
  try {
    await client.query(`SET TRANSACTION SNAPSHOT ${escapeLiteral(snapshotId)}`);
  } catch (error) {
    throw new AppError('SOURCE_SNAPSHOT_LOST', 'the exported snapshot is gone', { cause: error });
  }
}

async function expectFingerprint(client: Client, { table, fingerprint }: OpenChunkOptions): Promise<void> {
  if ((await tableFingerprint(client, table.schema.oid)) === fingerprint) return;
  const { schema, table: name } = table.schema;
  throw new AppError('SOURCE_TABLE_CHANGED', `table ${schema}.${name} was rewritten or altered during its copy`);
}

function copyStatement({ table, chunk, where: conditions = [] }: OpenChunkOptions): string {
  const columns = table.schema.columns.map((column) => escapeIdentifier(column.name)).join(', ');
  const relation = chunk.kind === 'ctid-range' ? chunk.relation : table.schema;
  const isPartitioned = chunk.kind === 'key-range' && table.kind === 'partitioned';
  const where = both(condition(table.schema, chunk), filterSql(conditions));
  if (where === '' && !isPartitioned) return `COPY ${qualifiedName(relation)} (${columns}) TO STDOUT`;
  const only = isPartitioned ? '' : 'ONLY ';
  return `COPY (SELECT ${columns} FROM ${only}${qualifiedName(relation)}${where && ` WHERE ${where}`}) TO STDOUT`;
}

function condition(schema: TableSchema, chunk: CopyChunk): string {
  switch (chunk.kind) {
    case 'key-range': {
      const key = keyColumns(schema)[0];
      if (!key) throw new AppError('INTERNAL', 'a key range of a table without a key');
      const column = escapeIdentifier(key.name);
      return both(
        chunk.lower === null ? '' : `${column} >= ${escapeLiteral(chunk.lower)}`,
        chunk.upper === null ? '' : `${column} < ${escapeLiteral(chunk.upper)}`,
      );
    }
    case 'ctid-range':
      return both(
        chunk.fromBlock === 0 ? '' : `ctid >= '(${chunk.fromBlock},0)'`,
        chunk.toBlock === null ? '' : `ctid < '(${chunk.toBlock},0)'`,
      );
  }
}

const both = (a: string, b: string): string => [a, b].filter((part) => part !== '').join(' AND ');

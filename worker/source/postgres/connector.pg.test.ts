import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openTestDatabase, type TestDatabase } from '@/db/testing/test-database.ts';
import { connectorTests } from '@/packages/connector/testkit/connector-tests.ts';
import type { ConnectorHarness, TestChange } from '@/packages/connector/testkit/harness.ts';
import { parseLsn } from '@/server/domain/lsn.ts';
import { silentLog } from '@/server/platform/logger.ts';
import type { SourceConnection } from '@/server/postgres/connect.ts';
import { postgresConnector } from './connector.ts';
import { openChangeSource } from './segments.ts';

connectorTests(postgresConnector, openHarness);

/** The same promises hold for a stream of transactions that are still in progress. */
const streamed: typeof postgresConnector = {
  ...postgresConnector,
  kind: 'streamed postgresql',
  openChanges: (connection, { stream, position, ...options }) =>
    openChangeSource({
      ...{ connection, slot: stream, publication: stream, ...position, ...options, log: silentLog },
      inProgress: { folder: join(tmpdir(), `philotes-${randomUUID()}`), bytesMax: 2 ** 30 },
    }),
};
connectorTests(streamed, async () => {
  const harness = await openHarness();
  await harness.db.query(
    `ALTER DATABASE ${harness.connection.database} SET debug_logical_replication_streaming = 'immediate'`,
  );
  return harness;
});

async function openHarness(): Promise<ConnectorHarness<SourceConnection> & { db: TestDatabase }> {
  const db = await openTestDatabase();
  const connection: SourceConnection = { ...db.connection, tls: { mode: 'disable' } };
  return {
    db,
    connection,
    refused: { ...connection, user: 'nobody_of_this_name' },
    unreachable: { ...connection, port: 1 },
    secret: connection.password,
    schema: 'public',
    createTable: async (table) => {
      await db.query(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`);
    },
    createUnpublishable: async (name) => {
      await db.query(`CREATE VIEW ${name} AS SELECT 1 AS one`);
    },
    transact: async (changes) => {
      await db.query(`BEGIN; ${changes.map(statement).join('; ')}; COMMIT`);
    },
    fill: async (table, { rows, nameLength }) => {
      await db.query(`INSERT INTO ${table} SELECT i, repeat('x', ${nameLength}) FROM generate_series(1, ${rows}) i`);
    },
    rewrite: async (table) => {
      await db.query(`TRUNCATE ${table}`);
    },
    forgotten: async (stream) => {
      const [slot] = await db.query<{ lsn: string }>(
        'SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = $1',
        [stream],
      );
      return slot ? parseLsn(slot.lsn) : null;
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}

const text = (name: string | null): string => (name === null ? 'NULL' : pg.escapeLiteral(name));

function statement(change: TestChange): string {
  switch (change.op) {
    case 'insert':
      return `INSERT INTO ${change.table} VALUES (${change.id}, ${text(change.name)})`;
    case 'update': {
      const id = change.newId ?? change.id;
      return `UPDATE ${change.table} SET id = ${id}, name = ${text(change.name)} WHERE id = ${change.id}`;
    }
    case 'delete':
      return `DELETE FROM ${change.table} WHERE id = ${change.id}`;
    case 'truncate':
      return `TRUNCATE ${change.table}`;
  }
}

import type { PoolClient } from 'pg';
import { noSuchNamespace } from './catalog-error.ts';
import type { PlannedChange } from './commit-tables.ts';
import { FOREIGN_KEY_VIOLATION, hasSqlState, UNIQUE_VIOLATION } from './sql.ts';

/** Another commit changed the table since it was read. */
export class PointerMoved extends Error {
  override readonly name = 'PointerMoved';
}

/**
 * Points every table at its new metadata, each only if it still points where it did. Rows are locked in one order
 * everywhere, so that two commits over the same tables wait for each other instead of dying in a deadlock.
 */
export async function movePointers(
  tx: PoolClient,
  warehouse: string,
  changes: readonly PlannedChange[],
): Promise<void> {
  const ordered = [...changes].sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
  for (const change of ordered) {
    await (change.before ? lock(tx, warehouse, change) : insert(tx, warehouse, change));
  }
  for (const change of ordered) if (change.before) await move(tx, warehouse, change);
}

async function lock(tx: PoolClient, warehouse: string, change: PlannedChange): Promise<void> {
  const { rows } = await tx.query<{ metadata_location: string }>(
    'select metadata_location from catalog_table where warehouse = $1 and namespace = $2 and name = $3 for update',
    [warehouse, change.identifier.namespace, change.identifier.name],
  );
  if (rows[0]?.metadata_location !== change.before?.location) throw new PointerMoved('the table has changed');
}

async function insert(tx: PoolClient, warehouse: string, change: PlannedChange): Promise<void> {
  const { identifier, after, location } = change;
  try {
    await tx.query(
      `insert into catalog_table (warehouse, namespace, name, table_uuid, metadata_location)
       values ($1, $2, $3, $4, $5)`,
      [warehouse, identifier.namespace, identifier.name, after['table-uuid'], location],
    );
  } catch (error) {
    if (hasSqlState(error, UNIQUE_VIOLATION)) throw new PointerMoved('the table was created', { cause: error });
    if (hasSqlState(error, FOREIGN_KEY_VIOLATION)) throw noSuchNamespace(identifier.namespace);
    throw error;
  }
}

async function move(tx: PoolClient, warehouse: string, change: PlannedChange): Promise<void> {
  const { identifier, before, after, location } = change;
  if (location === before?.location) return;
  await tx.query(
    `update catalog_table set metadata_location = $4, table_uuid = $5, updated_at = now()
     where warehouse = $1 and namespace = $2 and name = $3`,
    [warehouse, identifier.namespace, identifier.name, location, after['table-uuid']],
  );
}

const orderKey = ({ identifier }: PlannedChange): string => [...identifier.namespace, identifier.name].join('\u001f');

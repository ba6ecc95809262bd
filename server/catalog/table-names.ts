import { identifierText, type TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import { emptyAnswer, loadTableAnswer } from './answers.ts';
import { type Call, flag, namespaceOf, tableOf } from './call.ts';
import { CatalogError, commitUnknown, noSuchNamespace, noSuchTable, tableExists } from './catalog-error.ts';
import { remember } from './idempotency.ts';
import { inWarehouse } from './metadata-file.ts';
import { namespaceProperties } from './namespace-answer.ts';
import { purgeTable } from './purge-table.ts';
import { parseBody } from './request-body.ts';
import { RegisterTableRequest, RenameTableRequest } from './request-shapes.ts';
import { FOREIGN_KEY_VIOLATION, hasSqlState, inTransaction, UNIQUE_VIOLATION } from './sql.ts';
import { loadTable, missingFile, readMetadata } from './table-pointer.ts';

/** Forgets the table. Its files go only when the client asks for a purge, after the table is gone. */
export async function dropTable(call: Call): Promise<Response> {
  const identifier = tableOf(call);
  const purged = flag(call, 'purgeRequested') ? await loadTable(call, identifier) : null;
  const refused = purged?.metadata.properties['gc.enabled']?.toLowerCase() === 'false';
  if (refused) {
    const message = 'Cannot purge table: GC is disabled (deleting files may corrupt other tables)';
    throw new CatalogError({ status: 400, type: 'ValidationException', message });
  }
  const dropped = await inTransaction(call.deps.pool, async (tx) => {
    const { rows } = await tx.query<{ metadata_location: string }>(
      `delete from catalog_table where warehouse = $1 and namespace = $2 and name = $3 returning metadata_location`,
      [call.warehouse.name, identifier.namespace, identifier.name],
    );
    const [row] = rows;
    if (!row) throw noSuchTable(identifier);
    await remember(tx, call, { status: 204 });
    return row.metadata_location;
  });
  if (purged) await purgeTable(call, dropped);
  return emptyAnswer();
}

export async function renameTable(call: Call): Promise<Response> {
  const { source, destination } = parseBody(call.body, RenameTableRequest);
  try {
    await inTransaction(call.deps.pool, async (tx) => {
      const renamed = await tx.query(
        `update catalog_table set namespace = $4, name = $5, updated_at = now()
         where warehouse = $1 and namespace = $2 and name = $3`,
        [call.warehouse.name, source.namespace, source.name, destination.namespace, destination.name],
      );
      if (renamed.rowCount === 0) throw noSuchTable(source);
      await remember(tx, call, { status: 204 });
    });
  } catch (error) {
    if (hasSqlState(error, UNIQUE_VIOLATION)) throw cannotRename(source, destination);
    if (hasSqlState(error, FOREIGN_KEY_VIOLATION)) throw noSuchNamespace(destination.namespace);
    throw error;
  }
  return emptyAnswer();
}

/** Adopts an existing metadata file of the warehouse as a table. */
export async function registerTable(call: Call): Promise<Response> {
  const body = parseBody(call.body, RegisterTableRequest);
  const identifier = { namespace: namespaceOf(call), name: body.name };
  const location = inWarehouse(call.warehouse, body['metadata-location']);
  await namespaceProperties(call, identifier.namespace);
  const metadata = await readMetadata(call.warehouse, location);
  if (!metadata) throw missingFile(location);
  inWarehouse(call.warehouse, metadata.location);
  const onConflict = body.overwrite
    ? `do update set table_uuid = excluded.table_uuid, metadata_location = excluded.metadata_location, updated_at = now()`
    : 'do nothing';
  await inTransaction(
    call.deps.pool,
    async (tx) => {
      const registered = await tx.query(
        `insert into catalog_table (warehouse, namespace, name, table_uuid, metadata_location)
         values ($1, $2, $3, $4, $5) on conflict (warehouse, namespace, name) ${onConflict}`,
        [call.warehouse.name, identifier.namespace, identifier.name, metadata['table-uuid'], location],
      );
      if (registered.rowCount === 0) throw tableExists(identifier);
      await remember(tx, call, { status: 200, ...identifier });
    },
    commitUnknown,
  );
  return loadTableAnswer({ location, metadata }, call.warehouse);
}

const cannotRename = (source: TableIdentifier, destination: TableIdentifier): CatalogError =>
  new CatalogError({
    status: 409,
    type: 'AlreadyExistsException',
    message: `Cannot rename ${identifierText(source)} to ${identifierText(destination)}. Table already exists`,
  });

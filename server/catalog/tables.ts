import { randomUUID } from 'node:crypto';
import type { TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { metadataToJson } from '@/server/domain/iceberg/metadata-json.ts';
import { newTableMetadata } from '@/server/domain/iceberg/new-table.ts';
import { emptyAnswer, etagOf, jsonAnswer, loadTableAnswer } from './answers.ts';
import { type Call, namespaceOf, nowMs, tableOf } from './call.ts';
import { commitUnknown, noSuchTable, tableExists } from './catalog-error.ts';
import { remember } from './idempotency.ts';
import { inWarehouse, newTableLocation, writeMetadataFile } from './metadata-file.ts';
import { movePointers, PointerMoved } from './move-pointers.ts';
import { namespaceProperties } from './namespace-answer.ts';
import { deleteQuietly } from './obsolete-metadata.ts';
import { cutPage, limitOf, pageOf } from './pagination.ts';
import { parseBody } from './request-body.ts';
import { CreateTableRequest } from './request-shapes.ts';
import { inTransaction } from './sql.ts';
import { findPointer, loadTable } from './table-pointer.ts';

export async function listTables(call: Call): Promise<Response> {
  const namespace = namespaceOf(call);
  await namespaceProperties(call, namespace);
  const page = pageOf(call);
  const { rows } = await call.deps.pool.query<{ name: string }>(
    `select name from catalog_table where warehouse = $1 and namespace = $2 and ($3::text is null or name collate "C" > $3)
     order by name collate "C" limit $4`,
    [call.warehouse.name, namespace, page?.after ?? null, limitOf(page)],
  );
  const { rows: shown, nextToken } = cutPage(rows, { page, positionOf: (row) => row.name });
  return jsonAnswer({ identifiers: shown.map(({ name }) => ({ namespace, name })), 'next-page-token': nextToken });
}

/** Creates a table, or with `stage-create` only says what it would be; a staged table comes to exist with its commit. */
export async function createTable(call: Call): Promise<Response> {
  const body = parseBody(call.body, CreateTableRequest);
  const identifier: TableIdentifier = { namespace: namespaceOf(call), name: body.name };
  await namespaceProperties(call, identifier.namespace);
  if ((await findPointer(call, identifier)) !== null) throw tableExists(identifier);
  const uuid = randomUUID();
  const location = body.location
    ? inWarehouse(call.warehouse, body.location)
    : newTableLocation(call.warehouse, [...identifier.namespace, identifier.name], uuid);
  const metadata = newTableMetadata({
    uuid,
    location,
    schema: body.schema,
    partitionSpec: body['partition-spec'] ?? undefined,
    writeOrder: body['write-order'] ?? undefined,
    properties: body.properties ?? {},
    nowMs: nowMs(call),
  });
  if (body['stage-create']) return loadTableAnswer({ location: null, metadata }, call.warehouse);
  return loadTableAnswer(await publishNew(call, identifier, metadata), call.warehouse);
}

export async function loadTableOperation(call: Call): Promise<Response> {
  const identifier = tableOf(call);
  const snapshots = call.query.get('snapshots') === 'refs' ? 'refs' : 'all';
  const known = call.request.headers.get('if-none-match');
  if (known !== null) {
    const location = await findPointer(call, identifier);
    const etag = location === null ? null : etagOf(location, snapshots);
    const unchanged = known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
    if (etag !== null && unchanged) return new Response(null, { status: 304, headers: { etag } });
  }
  const { location, metadata } = await loadTable(call, identifier);
  const body = {
    'metadata-location': location,
    metadata: metadataToJson(snapshots === 'refs' ? onlyReferenced(metadata) : metadata),
    config: call.warehouse.clientConfig ?? {},
  };
  return jsonAnswer(body, { etag: etagOf(location, snapshots) });
}

export async function tableExistsOperation(call: Call): Promise<Response> {
  const identifier = tableOf(call);
  if ((await findPointer(call, identifier)) === null) throw noSuchTable(identifier);
  return emptyAnswer();
}

async function publishNew(call: Call, identifier: TableIdentifier, metadata: TableMetadata) {
  const location = await writeMetadataFile(call.warehouse, { metadata, previous: null });
  const change = { identifier, requirements: [], updates: [], before: null, after: metadata, location };
  try {
    await inTransaction(
      call.deps.pool,
      async (tx) => {
        await movePointers(tx, call.warehouse.name, [change]);
        await remember(tx, call, { status: 200, ...identifier });
      },
      commitUnknown,
    );
  } catch (error) {
    const unknown = error instanceof Error && 'type' in error && error.type === 'CommitStateUnknownException';
    if (!unknown) await deleteQuietly(call, [location]);
    throw error instanceof PointerMoved ? tableExists(identifier) : error;
  }
  return { location, metadata };
}

function onlyReferenced(metadata: TableMetadata): TableMetadata {
  const referenced = new Set(Object.values(metadata.refs).map((ref) => ref['snapshot-id']));
  return { ...metadata, snapshots: metadata.snapshots.filter((snapshot) => referenced.has(snapshot['snapshot-id'])) };
}

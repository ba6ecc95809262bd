import { type Namespace, namespaceText } from '@/server/domain/iceberg/identifier.ts';
import { emptyAnswer, jsonAnswer } from './answers.ts';
import { type Call, namespaceOf } from './call.ts';
import { CatalogError, noSuchNamespace } from './catalog-error.ts';
import { checkNamespace, decodeNamespace } from './catalog-path.ts';
import { remember } from './idempotency.ts';
import { namespaceAnswer, namespaceProperties } from './namespace-answer.ts';
import { cutPage, limitOf, pageOf } from './pagination.ts';
import { parseBody } from './request-body.ts';
import { CreateNamespaceRequest, UpdatePropertiesRequest } from './request-shapes.ts';
import { FOREIGN_KEY_VIOLATION, hasSqlState, inTransaction, UNIQUE_VIOLATION } from './sql.ts';

/** Direct children of `parent`, or the top level. */
export async function listNamespaces(call: Call): Promise<Response> {
  const text = call.query.get('parent');
  const parent = text ? decodeNamespace(text) : [];
  if (parent.length > 0) await namespaceProperties(call, parent);
  const page = pageOf(call);
  const { rows } = await call.deps.pool.query<{ namespace: string[]; level: string }>(
    `select namespace, namespace[$3] as level from catalog_namespace
     where warehouse = $1 and cardinality(namespace) = $3 and namespace[1:$3 - 1] = $2::text[]
       and ($4::text is null or namespace[$3] collate "C" > $4)
     order by namespace[$3] collate "C" limit $5`,
    [call.warehouse.name, parent, parent.length + 1, page?.after ?? null, limitOf(page)],
  );
  const { rows: shown, nextToken } = cutPage(rows, { page, positionOf: (row) => row.level });
  return jsonAnswer({ namespaces: shown.map((row) => row.namespace), 'next-page-token': nextToken });
}

export async function createNamespace(call: Call): Promise<Response> {
  const { namespace, properties } = parseBody(call.body, CreateNamespaceRequest);
  checkNamespace(namespace);
  const { name: warehouse } = call.warehouse;
  try {
    await inTransaction(call.deps.pool, async (tx) => {
      const parent = namespace.slice(0, -1);
      if (parent.length > 0) {
        // The lock keeps the parent from being dropped meanwhile.
        const found = await tx.query(
          'select from catalog_namespace where warehouse = $1 and namespace = $2 for key share',
          [warehouse, parent],
        );
        if (found.rowCount === 0) throw noSuchNamespace(parent);
      }
      await tx.query('insert into catalog_namespace (warehouse, namespace, properties) values ($1, $2, $3)', [
        warehouse,
        namespace,
        JSON.stringify(properties),
      ]);
      await remember(tx, call, { status: 200, namespace });
    });
  } catch (error) {
    if (!hasSqlState(error, UNIQUE_VIOLATION)) throw error;
    const message = `Namespace already exists: ${namespaceText(namespace)}`;
    throw new CatalogError({ status: 409, type: 'AlreadyExistsException', message });
  }
  return jsonAnswer({ namespace, properties });
}

export const loadNamespace = (call: Call): Promise<Response> => namespaceAnswer(call, namespaceOf(call));

export async function namespaceExists(call: Call): Promise<Response> {
  await namespaceProperties(call, namespaceOf(call));
  return emptyAnswer();
}

export async function dropNamespace(call: Call): Promise<Response> {
  const namespace = namespaceOf(call);
  const { name: warehouse } = call.warehouse;
  try {
    await inTransaction(call.deps.pool, async (tx) => {
      const key = [warehouse, namespace];
      const found = await tx.query(
        'select from catalog_namespace where warehouse = $1 and namespace = $2 for update',
        key,
      );
      if (found.rowCount === 0) throw noSuchNamespace(namespace);
      const children = await tx.query(
        `select from catalog_namespace where warehouse = $1 and cardinality(namespace) > $3
           and namespace[1:$3] = $2 limit 1`,
        [...key, namespace.length],
      );
      if (children.rowCount !== 0) throw notEmpty(namespace);
      await tx.query('delete from catalog_namespace where warehouse = $1 and namespace = $2', key);
      await remember(tx, call, { status: 204 });
    });
  } catch (error) {
    if (hasSqlState(error, FOREIGN_KEY_VIOLATION)) throw notEmpty(namespace);
    throw error;
  }
  return emptyAnswer();
}

export async function updateNamespaceProperties(call: Call): Promise<Response> {
  const namespace = namespaceOf(call);
  const body = parseBody(call.body, UpdatePropertiesRequest);
  const [updates, removals] = [body.updates ?? {}, body.removals ?? []];
  const both = removals.find((key) => Object.hasOwn(updates, key));
  if (both !== undefined) {
    const message = `Invalid namespace update: cannot simultaneously set and remove keys: [${both}]`;
    throw new CatalogError({ status: 422, type: 'UnprocessableEntityException', message });
  }
  const before = await inTransaction(call.deps.pool, async (tx) => {
    const key = [call.warehouse.name, namespace];
    const { rows } = await tx.query<{ properties: Record<string, string> }>(
      'select properties from catalog_namespace where warehouse = $1 and namespace = $2 for no key update',
      key,
    );
    const [row] = rows;
    if (!row) throw noSuchNamespace(namespace);
    const kept = Object.entries(row.properties).filter(([name]) => !removals.includes(name));
    await tx.query('update catalog_namespace set properties = $3 where warehouse = $1 and namespace = $2', [
      ...key,
      JSON.stringify({ ...Object.fromEntries(kept), ...updates }),
    ]);
    return row.properties;
  });
  return jsonAnswer({
    updated: Object.keys(updates),
    removed: removals.filter((key) => Object.hasOwn(before, key)),
    missing: removals.filter((key) => !Object.hasOwn(before, key)),
  });
}

const notEmpty = (namespace: Namespace) =>
  new CatalogError({
    status: 409,
    type: 'NamespaceNotEmptyException',
    message: `Namespace ${namespaceText(namespace)} is not empty`,
  });

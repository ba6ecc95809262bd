import type { Namespace } from '@/server/domain/iceberg/identifier.ts';
import { jsonAnswer } from './answers.ts';
import type { Call } from './call.ts';
import { noSuchNamespace } from './catalog-error.ts';

/** GetNamespaceResponse of the namespace as it is; 404 when it is gone. */
export async function namespaceAnswer(call: Call, namespace: Namespace): Promise<Response> {
  return jsonAnswer({ namespace, properties: await namespaceProperties(call, namespace) });
}

/** 404 when the namespace does not exist. */
export async function namespaceProperties(call: Call, namespace: Namespace): Promise<Record<string, string>> {
  const { rows } = await call.deps.pool.query<{ properties: Record<string, string> }>(
    'select properties from catalog_namespace where warehouse = $1 and namespace = $2',
    [call.warehouse.name, namespace],
  );
  const [row] = rows;
  if (!row) throw noSuchNamespace(namespace);
  return row.properties;
}

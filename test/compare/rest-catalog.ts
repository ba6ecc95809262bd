import { isLosslessNumber, parse } from 'lossless-json';
import * as z from 'zod';
import type { TableField, Type } from './iceberg-types.ts';

const id = z.union([z.number(), z.bigint()]).transform(BigInt);
const type: z.ZodType<Type> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ type: z.literal('list'), 'element-id': z.number(), element: type }),
    z.object({ type: z.enum(['struct', 'map']) }),
  ]),
);
const metadata = z.object({
  'format-version': z.number(),
  'current-schema-id': z.number(),
  schemas: z.array(
    z.object({
      'schema-id': z.number(),
      'identifier-field-ids': z.array(z.number()).default([]),
      fields: z.array(z.object({ id: z.number(), name: z.string(), type })),
    }),
  ),
  'current-snapshot-id': id.nullish(),
  snapshots: z.array(z.object({ 'snapshot-id': id, 'manifest-list': z.string() })).default([]),
});

export type CatalogTable = {
  readonly fields: readonly TableField[];
  readonly identifierFieldIds: readonly number[];
  readonly snapshotId: bigint | undefined;
  readonly manifestList: string | undefined;
  /** Manifest lists of all snapshots that the table still has, oldest first. */
  readonly manifestLists: readonly string[];
};

/** Loads a table over HTTP from an Iceberg REST catalog, as any engine does. */
export async function loadTable(options: {
  catalogUrl: string;
  token: string;
  warehouse?: string;
  namespace: string;
  table: string;
}): Promise<CatalogTable> {
  const { catalogUrl, token, namespace, table } = options;
  const query = options.warehouse ? `?warehouse=${encodeURIComponent(options.warehouse)}` : '';
  const config = z
    .object({
      overrides: z.record(z.string(), z.string()).optional(),
      defaults: z.record(z.string(), z.string()).optional(),
    })
    .parse(await get(`${catalogUrl}/v1/config${query}`, token));
  const prefix = config.overrides?.prefix ?? config.defaults?.prefix;
  const levels = namespace.split('.').map(encodeURIComponent).join('%1F');
  const path = `namespaces/${levels}/tables/${encodeURIComponent(table)}`;
  const answer = await get(`${catalogUrl}/v1/${prefix ? `${prefix}/` : ''}${path}`, token);
  const loaded = z.object({ metadata }).parse(answer).metadata;
  const schema = loaded.schemas.find((candidate) => candidate['schema-id'] === loaded['current-schema-id']);
  if (!schema) throw new Error(`${table}: the current schema is not in the metadata`);
  const current = loaded['current-snapshot-id'];
  // Format versions 1 and 2 print "no snapshot" as -1.
  const snapshotId = current === null || current === undefined || current < 0n ? undefined : current;
  const snapshot = loaded.snapshots.find((candidate) => candidate['snapshot-id'] === snapshotId);
  if (snapshotId !== undefined && !snapshot) throw new Error(`${table}: the current snapshot is not in the metadata`);
  return {
    fields: schema.fields,
    identifierFieldIds: schema['identifier-field-ids'],
    snapshotId,
    manifestList: snapshot?.['manifest-list'],
    manifestLists: loaded.snapshots.map((one) => one['manifest-list']),
  };
}

async function get(url: string, token: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${text.slice(0, 300)}`);
  return parse(text, (_key, value) => (isLosslessNumber(value) ? exact(value.value) : value));
}

/** Snapshot ids have 63 bits; what a double cannot hold becomes a bigint. */
const exact = (text: string): number | bigint =>
  /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : Number(text);

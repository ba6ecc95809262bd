import { createHash } from 'node:crypto';
import { stringifyJson } from '@/server/domain/iceberg/lossless-json.ts';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { metadataToJson } from '@/server/domain/iceberg/metadata-json.ts';
import type { Warehouse } from './catalog-deps.ts';
import type { CatalogError } from './catalog-error.ts';

export function jsonAnswer(body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(stringifyJson(body), {
    status: 200,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

export const emptyAnswer = (status = 204): Response => new Response(null, { status });

export function errorAnswer(error: CatalogError, options: { body: boolean }): Response {
  const { status, type, message } = error;
  if (!options.body) return emptyAnswer(status);
  const body = stringifyJson({ error: { message, type, code: status } });
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...challenge } });
}

export type LoadedTable = { readonly location: string; readonly metadata: TableMetadata };

/** LoadTableResult. A table that is only staged has no metadata file yet. */
export function loadTableAnswer(
  table: { readonly location: string | null; readonly metadata: TableMetadata },
  warehouse: Warehouse,
): Response {
  const body = {
    ...(table.location === null ? {} : { 'metadata-location': table.location }),
    metadata: metadataToJson(table.metadata),
    config: warehouse.clientConfig ?? {},
  };
  return jsonAnswer(body, table.location === null ? {} : { etag: etagOf(table.location, 'all') });
}

/** Every version of a table has its own file, so the file's name and the form of the answer identify it. */
export const etagOf = (metadataLocation: string, snapshots: 'all' | 'refs'): string =>
  `"${createHash('sha256').update(`${snapshots} ${metadataLocation}`).digest('base64url').slice(0, 27)}"`;

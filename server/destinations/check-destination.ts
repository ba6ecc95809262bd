import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { createGuardedFetch } from '@/server/network/guarded-fetch.ts';
import { guardedS3Handler } from '@/server/network/guarded-s3.ts';
import { networkPolicy } from '@/server/network/process-policy.ts';
import { type OpenedDestination, openDestination } from './open-destination.ts';

export type DestinationCheck = {
  readonly name: 'storage' | 'catalog';
  readonly ok: boolean;
  readonly message: string;
  readonly remedy: string;
};

const CATALOG_TIMEOUT_MS = 10_000;

/** Writes and removes a small object in the storage, and asks the catalog for its configuration. Never throws for either. */
export async function checkDestination(
  deps: Parameters<typeof openDestination>[0],
  actor: Actor,
  { id }: { id: string },
): Promise<DestinationCheck[]> {
  authorize(actor, 'destination:write');
  const opened = await openDestination(deps, id);
  return Promise.all([checkStorage(opened), checkCatalog(opened)]);
}

async function checkStorage({ storage, rootUri }: OpenedDestination): Promise<DestinationCheck> {
  const name = `.philotes-check-${randomUUID()}`;
  try {
    if (storage.kind === 'file') {
      await mkdir(storage.root, { recursive: true });
      await writeFile(join(storage.root, name), '');
      await rm(join(storage.root, name));
    } else {
      await checkS3(storage, new URL(`${rootUri}/${name}`));
    }
    return { name: 'storage', ok: true, message: 'a file was written and removed', remedy: '' };
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    const remedy = 'Check that the place exists and that these credentials may write to it.';
    return { name: 'storage', ok: false, message: `${rootUri} cannot be written to: ${reason}`, remedy };
  }
}

async function checkS3(storage: Extract<OpenedDestination['storage'], { kind: 's3' }>, object: URL): Promise<void> {
  const client = new S3Client({
    region: storage.region,
    forcePathStyle: storage.pathStyle,
    maxAttempts: 2,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: guardedS3Handler({}),
    ...(storage.endpoint === undefined ? {} : { endpoint: storage.endpoint }),
    ...(storage.credentials === undefined ? {} : { credentials: storage.credentials }),
  });
  const place = { Bucket: object.host, Key: object.pathname.slice(1) };
  try {
    await client.send(new PutObjectCommand({ ...place, Body: '' }));
    await client.send(new DeleteObjectCommand(place));
  } finally {
    client.destroy();
  }
}

async function checkCatalog({ catalog }: OpenedDestination): Promise<DestinationCheck> {
  const remedy = "Check the catalog's address, warehouse and credentials.";
  // A token endpoint is asked for by the worker's client; here only its reachability can be told.
  const headers = catalog.auth.kind === 'bearer' ? { Authorization: `Bearer ${catalog.auth.token}` } : {};
  const url = `${catalog.uri}/v1/config?warehouse=${encodeURIComponent(catalog.warehouse)}`;
  try {
    const fetch = createGuardedFetch(catalog.isEmbedded ? undefined : networkPolicy());
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(CATALOG_TIMEOUT_MS), redirect: 'error' });
    await response.body?.cancel();
    const ok = response.ok || (catalog.auth.kind === 'oauth2' && response.status === 401);
    return { name: 'catalog', ok, message: `the catalog answered ${response.status}`, remedy: ok ? '' : remedy };
  } catch {
    return { name: 'catalog', ok: false, message: `${catalog.uri} does not answer`, remedy };
  }
}

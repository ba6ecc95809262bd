import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import * as z from 'zod';
import type { Namespace } from '@/server/domain/iceberg/identifier.ts';
import { emptyAnswer, loadTableAnswer } from './answers.ts';
import type { Call } from './call.ts';
import { badRequest, CatalogError } from './catalog-error.ts';
import { namespaceAnswer } from './namespace-answer.ts';
import { loadTable } from './table-pointer.ts';

/** How long a client may repeat a request under its key (ISO 8601). Kept twice as long, for slow clocks. */
export const IDEMPOTENCY_LIFETIME = 'PT30M';
const KEPT = '1 hour';

/** What a finished request answered: a status, and the thing whose present state is the body. */
export type Outcome = { readonly status: 200 | 204; readonly namespace?: Namespace; readonly name?: string };

/** The request's Idempotency-Key, or null. 400 when it is not a UUID. */
export function idempotencyOf(request: Request, body: string): Call['idempotency'] {
  const key = request.headers.get('idempotency-key');
  if (key === null) return null;
  if (!z.guid().safeParse(key).success) throw badRequest('Invalid Idempotency-Key: not a UUID');
  const { pathname, search } = new URL(request.url);
  const requestHash = createHash('sha256')
    .update(`${request.method} ${pathname}${search}\n${body}`)
    .digest('base64url');
  return { key: key.toLowerCase(), requestHash };
}

/** Stores the outcome with the change itself, so that there is never one without the other. */
export async function remember(tx: PoolClient, call: Call, outcome: Outcome): Promise<void> {
  if (!call.idempotency) return;
  await tx.query(
    `delete from catalog_idempotency where ctid in (
       select ctid from catalog_idempotency where created_at < now() - $1::interval limit 1000 for update skip locked)`,
    [KEPT],
  );
  const { key, requestHash } = call.idempotency;
  await tx.query(
    `insert into catalog_idempotency (warehouse, key, request_hash, status, namespace, name)
     values ($1, $2, $3, $4, $5, $6)`,
    [call.warehouse.name, key, requestHash, outcome.status, outcome.namespace ?? null, outcome.name ?? null],
  );
}

/**
 * Runs a change at most once per key. A repetition gets the first one's outcome, also when both run at the same moment
 * and the second one failed because the first one had already changed things.
 */
export async function once(call: Call, run: () => Promise<Response>): Promise<Response> {
  const before = await replay(call);
  if (before) return before;
  try {
    return await run();
  } catch (error) {
    const meanwhile = await replay(call);
    if (meanwhile) return meanwhile;
    throw error;
  }
}

async function replay(call: Call): Promise<Response | null> {
  if (!call.idempotency) return null;
  const { key, requestHash } = call.idempotency;
  const { rows } = await call.deps.pool.query<StoredOutcome>(
    'select request_hash, status, namespace, name from catalog_idempotency where warehouse = $1 and key = $2',
    [call.warehouse.name, key],
  );
  const [stored] = rows;
  if (!stored) return null;
  if (stored.request_hash !== requestHash) {
    const message = 'The Idempotency-Key was used for another request';
    throw new CatalogError({ status: 422, type: 'UnprocessableEntityException', message });
  }
  const { status, namespace, name } = stored;
  if (status === 204 || namespace === null) return emptyAnswer();
  if (name === null) return namespaceAnswer(call, namespace);
  return loadTableAnswer(await loadTable(call, { namespace, name }), call.warehouse);
}

type StoredOutcome = {
  readonly request_hash: string;
  readonly status: number;
  readonly namespace: string[] | null;
  readonly name: string | null;
};

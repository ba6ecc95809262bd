import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import * as z from 'zod';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError, fieldError } from '@/server/errors/app-error.ts';
import type { SealedPlace } from '@/server/secrets/seal.ts';
import type { Answer } from './answer.ts';

type Deps = Pick<ControlDeps, 'database' | 'sealer'>;
type Request = {
  /** Whose request it is: nobody meets the keys of others. */
  readonly actor: string;
  /** Method and path. */
  readonly route: string;
  /** The header; undefined when the client does not care. */
  readonly key: string | undefined;
  readonly input: unknown;
};

const HOURS_KEPT = 24;
/** A request without an answer after this is not being worked on any more: its process ended. */
const WORK_S_MAX = 120;

const storedAnswer = z.object({ headers: z.record(z.string(), z.string()), body: z.unknown().optional() });

/**
 * Does the work once per key: a repetition gets the first answer. Only successes are kept; what failed changed nothing and
 * may be tried again. Throws IDEMPOTENCY_KEY_REUSED for another body, REQUEST_IN_PROGRESS while the first one runs.
 */
export async function once(deps: Deps, request: Request, work: () => Promise<Answer>): Promise<Answer> {
  const { actor, route, key, input } = request;
  if (key === undefined) return work();
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw fieldError('INVALID_INPUT', 'Idempotency-Key', 'must be 1 to 255 visible ASCII characters');
  }
  const { sealer, database } = deps;
  const placeOf = (column: string): SealedPlace => ({
    table: 'idempotent_request',
    column,
    rowId: JSON.stringify([actor, route, key]),
  });
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  const sealedDigest = sealer.seal(digest, placeOf('request_sealed'));
  const { id, isMine } = await claim(database.pool, { actor, route, key, sealedDigest });
  if (!isMine) {
    const known = await find(database.pool, id);
    if (sealer.open(known.request_sealed, placeOf('request_sealed')) !== digest) {
      throw new AppError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another body before');
    }
    if (known.status === null || known.answer_sealed === null) {
      const message = 'the first request with this Idempotency-Key is not done yet';
      throw new AppError('REQUEST_IN_PROGRESS', message, { retryAfterS: 1 });
    }
    const stored = storedAnswer.parse(JSON.parse(sealer.open(known.answer_sealed, placeOf('answer_sealed'))));
    return { ...stored, status: known.status, headers: { ...stored.headers, 'Idempotent-Replayed': 'true' } };
  }
  const done = await work().catch(async (error: unknown) => {
    await database.pool.query(/* sql */ `delete from idempotent_request where id = $1`, [id]);
    throw error;
  });
  const answer = { headers: done.headers, body: done.body };
  await database.pool.query(/* sql */ `update idempotent_request set status = $2, answer_sealed = $3 where id = $1`, [
    id,
    done.status,
    sealer.seal(JSON.stringify(answer), placeOf('answer_sealed')),
  ]);
  return done;
}

type Claim = { actor: string; route: string; key: string; sealedDigest: Buffer };

/** Takes the key for this request, unless somebody has it. Keys older than a day are forgotten on the way. */
async function claim(pool: Pool, { actor, route, key, sealedDigest }: Claim): Promise<{ id: string; isMine: boolean }> {
  await pool.query(/* sql */ `delete from idempotent_request where created_at < now() - $1 * interval '1 hour'`, [
    HOURS_KEPT,
  ]);
  const { rows } = await pool.query<{ id: string; is_mine: boolean }>(
    /* sql */ `
    with taken as (
      insert into idempotent_request as present (actor, route, key, request_sealed) values ($1, $2, $3, $4)
      on conflict on constraint idempotent_request_key do update
         set request_sealed = excluded.request_sealed, created_at = now()
       where present.status is null and present.created_at < now() - $5 * interval '1 second'
      returning id
    )
    select id::text, true as is_mine from taken
    union all
    select id::text, false from idempotent_request
     where actor = $1 and route = $2 and key = $3 and not exists (select from taken)`,
    [actor, route, key, sealedDigest, WORK_S_MAX],
  );
  const [row] = rows;
  // Another request holds the key and this statement began too early to see its row.
  if (!row) throw new AppError('REQUEST_IN_PROGRESS', 'the first request is not done yet', { retryAfterS: 1 });
  return { id: row.id, isMine: row.is_mine };
}

type Known = { request_sealed: Buffer; status: number | null; answer_sealed: Buffer | null };

async function find(pool: Pool, id: string): Promise<Known> {
  const { rows } = await pool.query<Known>(
    /* sql */ `select request_sealed, status, answer_sealed from idempotent_request where id = $1`,
    [id],
  );
  const [row] = rows;
  // It failed in this very moment and was forgotten, so the repetition may begin.
  if (!row) throw new AppError('REQUEST_IN_PROGRESS', 'the first request just ended', { retryAfterS: 1 });
  return row;
}

import { eq } from 'drizzle-orm';
import { inquiry } from '@/db/schema/inquiry.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { Question } from './questions.ts';
import { failureOf, readAnswer } from './read-answer.ts';
import { nudgeInquiry, storeInquiry } from './store-inquiry.ts';

export type AskDeps = Pick<ControlDeps, 'database' | 'sealer' | 'nudge'>;

const ANSWER_MS_MAX = 20_000;
const LOOK_MS_MIN = 15;
const LOOK_MS_MAX = 250;
/** Nobody needs more than this by hand; scripts that read tables use the catalog. */
const QUESTIONS_A_MINUTE = 240;

/**
 * Asks a question and waits for its answer, which is forgotten as soon as it is heard. Throws what the worker threw,
 * WORKER_SILENT after twenty seconds, or RATE_LIMITED.
 */
export async function askWorker(
  deps: AskDeps,
  actor: Actor,
  question: Question,
  { withinMs }: { withinMs?: number } = {},
): Promise<unknown> {
  const { database, sealer } = deps;
  await throttle(database.pool, { key: `ask:${actor.name}`, attemptsMax: QUESTIONS_A_MINUTE, windowS: 60 });
  const { id } = await storeInquiry(database.db, { sealer, actor, question, keepS: KEPT_S });
  return hearAnswer(deps, { id, ...(withinMs === undefined ? {} : { withinMs }) });
}

/** How long a question waits for a worker, and its answer for whoever asked. */
export const KEPT_S = 60;

/** Waits for the answer to a question that is stored, until it is plain that no worker takes it. Throws as `askWorker` does. */
export async function hearAnswer(
  deps: AskDeps,
  { id, withinMs = ANSWER_MS_MAX, takenWithinMs = withinMs }: { id: string; withinMs?: number; takenWithinMs?: number },
): Promise<unknown> {
  const { database, sealer } = deps;
  nudgeInquiry(deps, { id });
  try {
    const heard = readAnswer(sealer, { id, sealed: await waitFor(deps, { id, withinMs, takenWithinMs }) });
    if ('failure' in heard) throw failureOf(heard.failure);
    return heard.value;
  } finally {
    await database.db.delete(inquiry).where(eq(inquiry.id, id));
  }
}

async function waitFor(
  { database }: AskDeps,
  { id, withinMs, takenWithinMs }: { id: string; withinMs: number; takenWithinMs: number },
): Promise<Buffer> {
  const deadline = performance.now() + withinMs;
  const takenBy = performance.now() + takenWithinMs;
  for (let pauseMs = LOOK_MS_MIN; performance.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, LOOK_MS_MAX)) {
    await sleep(pauseMs, NEVER);
    const [row] = await database.db
      .select({ sealed: inquiry.answerSealed, state: inquiry.state })
      .from(inquiry)
      .where(eq(inquiry.id, id));
    if (row?.sealed) return row.sealed;
    if (!row || (row.state === 'waiting' && performance.now() > takenBy)) break;
  }
  throw new AppError('WORKER_SILENT', 'no worker answered');
}

const NEVER = new AbortController().signal;

import type { Pool } from 'pg';
import type { TestFinding, TestReport } from '@/server/connection-tests/test-finding.ts';
import { openCandidate } from '@/server/destinations/open-candidate.ts';
import { openDestination } from '@/server/destinations/open-destination.ts';
import type { ConnectionCheck } from '@/server/domain/connection-check.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type Answer, type Failure, type Question, question } from '@/server/inquiries/questions.ts';
import { answerPlace, questionPlace } from '@/server/inquiries/sealed-places.ts';
import { answerLake } from '@/worker/lake/answer-lake.ts';
import { probeDestination } from '@/worker/probes/probe-destination.ts';
import { probeSource } from '@/worker/probes/probe-source.ts';
import { INQUIRY_LOST_S } from '@/worker/runtime/reconcile.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';

/** Before another worker takes this one for dead. */
const INQUIRY_MS_MAX = (INQUIRY_LOST_S - 5) * 1000;

/** Answers a question of the control plane, if nobody else does. Failures are the answer, too. */
export async function inquiryJob(
  deps: WorkerDeps,
  { inquiryId, signal }: { inquiryId: string; signal: AbortSignal },
): Promise<void> {
  const { pool } = deps.database;
  const claimed = await claim(pool, { inquiryId, worker: deps.holder });
  if (!claimed) return;
  const until = AbortSignal.any([signal, AbortSignal.timeout(INQUIRY_MS_MAX)]);
  let answer: Answer;
  try {
    const asked = question.parse(JSON.parse(deps.sealer.open(claimed.sealed, questionPlace(inquiryId))));
    answer = { value: await answerTo(deps, asked, until) };
  } catch (error) {
    if (signal.aborted) return; // The next worker finds it again.
    if (!(error instanceof AppError) && !until.aborted)
      deps.log.error('a question was not answered', { inquiryId, error });
    answer = { failure: until.aborted ? TOO_SLOW : failureOf(error) };
  }
  const sealed = deps.sealer.seal(JSON.stringify(answer), answerPlace(inquiryId));
  await pool.query(
    /* sql */ `
    update inquiry set state = $4, answer_sealed = $5, ended_at = now()
     where id = $1 and worker = $2 and attempt = $3 and state = 'running'`,
    [inquiryId, deps.holder, claimed.attempt, 'failure' in answer ? 'failed' : 'answered', sealed],
  );
}

async function answerTo(deps: WorkerDeps, asked: Question, signal: AbortSignal): Promise<unknown> {
  switch (asked.kind) {
    case 'source-test': {
      const { tls, ...place } = asked.connection;
      const connection = { ...place, tls: { mode: tls.mode, ...(tls.ca === undefined ? {} : { ca: tls.ca }) } };
      return await probeSource({ connection, tables: asked.tables, signal });
    }
    case 'destination-test': {
      const { subject } = asked;
      if ('candidate' in subject) {
        return await probeDestination({ destination: openCandidate(deps, subject.candidate), isSaved: false, signal });
      }
      const { destinationId } = subject;
      const destination = await openDestination(deps, destinationId);
      const report = await probeDestination({ destination, isSaved: true, signal });
      await keepOutcome(deps.database.pool, destinationId, report);
      return report;
    }
    case 'lake':
      return await answerLake(deps, { ...asked, signal });
  }
}

/** Shown with the destination from now on; an observation, so that neither its version nor the audit log knows of it. */
async function keepOutcome(pool: Pool, destinationId: string, { findings }: TestReport): Promise<void> {
  const count = (severity: TestFinding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  const check: ConnectionCheck = {
    at: new Date().toISOString(),
    blocking: count('error'),
    warnings: count('warning'),
    errorCode: null,
  };
  await pool.query('update destination set last_check = $2 where id = $1', [destinationId, JSON.stringify(check)]);
}

const TOO_SLOW = {
  code: 'WORKER_SILENT',
  message: `there was no answer within ${INQUIRY_MS_MAX / 1000} seconds`,
  fields: [],
};

/** What nobody expected is told without its details; they are in the log. */
const failureOf = (error: unknown): Failure =>
  error instanceof AppError
    ? { code: error.code, message: error.message, fields: [...error.fields] }
    : { code: 'INTERNAL', message: 'the worker could not answer; its log says why', fields: [] };

async function claim(
  pool: Pool,
  { inquiryId, worker }: { inquiryId: string; worker: string },
): Promise<{ sealed: Buffer; attempt: number } | null> {
  const { rows } = await pool.query<{ question_sealed: Buffer; attempt: number }>(
    /* sql */ `
    update inquiry set state = 'running', worker = $2, attempt = attempt + 1, began_at = now()
     where id = $1 and expires_at > now()
       and (state = 'waiting' or (state = 'running' and began_at < now() - $3 * interval '1 second'))
    returning question_sealed, attempt`,
    [inquiryId, worker, INQUIRY_LOST_S],
  );
  const [row] = rows;
  return row ? { sealed: row.question_sealed, attempt: row.attempt } : null;
}

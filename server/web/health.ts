import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { problemOf } from '@/server/errors/problem.ts';
import { sendJson, sendProblem } from './answer.ts';

type Check = { readonly name: string; readonly ok: boolean; readonly reason?: string };

/** Ready means that a request would be served: our database answers with our schema, and the console was built. */
export async function answerReady(deps: Pick<ControlDeps, 'database'>, response: ServerResponse): Promise<void> {
  const checks = [await databaseCheck(deps), webCheck()];
  const reasons = checks.flatMap(({ reason }) => reason ?? []);
  if (reasons.length > 0) sendProblem(response, problemOf(new AppError('NOT_READY', reasons.join('; '))));
  else sendJson(response, 200, { status: 'ready', checks });
}

async function databaseCheck({ database }: Pick<ControlDeps, 'database'>): Promise<Check> {
  try {
    // The embedded catalog lives in the same database: its table answers for both.
    await database.pool.query('select from pipeline, catalog_table limit 1');
    return { name: 'database', ok: true };
  } catch {
    return { name: 'database', ok: false, reason: 'the metadata database does not answer' };
  }
}

const webCheck = (): Check =>
  existsSync('.next/BUILD_ID')
    ? { name: 'console', ok: true }
    : { name: 'console', ok: false, reason: 'the console is not built; run npm run build' };

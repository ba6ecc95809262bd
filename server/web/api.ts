import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { discardDeadLetter, inspectDeadLetter, requestReplay } from '@/server/dead-letters/dead-letters.ts';
import { listDeadLetters } from '@/server/dead-letters/list-dead-letters.ts';
import { listDestinations } from '@/server/destinations/list-destinations.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { problemOf } from '@/server/errors/problem.ts';
import { listPipelines } from '@/server/pipelines/list-pipelines.ts';
import { pipelineStatus } from '@/server/pipelines/pipeline-status.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { discoverSource } from '@/server/sources/discover-source.ts';
import { listSources } from '@/server/sources/list-sources.ts';
import { sendJson, sendNothing, sendProblem } from './answer.ts';
import { actorOf } from './authenticate.ts';

type Call = { readonly deps: ControlDeps; readonly actor: Actor; readonly id: string; readonly letter: number };
type Route = { readonly method: 'GET' | 'POST'; readonly path: RegExp; run(call: Call): Promise<unknown> };

const ID = '(?<id>[a-z0-9_]{1,40})';
const letterPath = (action: string) => new RegExp(`^/pipelines/${ID}/dead-letters/(?<letter>\\d{1,15})${action}$`);
const keyOf = ({ id, letter }: Call) => ({ pipelineId: id, id: letter });

/** What the API answers to under /api/v1. Each calls one use-case, which checks the right. */
const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/sources$/, run: ({ deps, actor }) => listSources(deps, actor) },
  {
    method: 'GET',
    path: new RegExp(`^/sources/${ID}/tables$`),
    run: ({ deps, actor, id }) => discoverSource(deps, actor, { id }),
  },
  { method: 'GET', path: /^\/destinations$/, run: ({ deps, actor }) => listDestinations(deps, actor) },
  { method: 'GET', path: /^\/pipelines$/, run: ({ deps, actor }) => listPipelines(deps, actor) },
  {
    method: 'GET',
    path: new RegExp(`^/pipelines/${ID}/status$`),
    run: ({ deps, actor, id }) => pipelineStatus(deps, actor, { id }),
  },
  {
    method: 'POST',
    path: new RegExp(`^/pipelines/${ID}/start$`),
    run: ({ deps, actor, id }) => startPipeline(deps, actor, { id }),
  },
  {
    method: 'POST',
    path: new RegExp(`^/pipelines/${ID}/stop$`),
    run: ({ deps, actor, id }) => stopPipeline(deps, actor, { id }),
  },
  {
    method: 'GET',
    path: new RegExp(`^/pipelines/${ID}/dead-letters$`),
    run: ({ deps, actor, id }) => listDeadLetters(deps, actor, { pipelineId: id }),
  },
  {
    method: 'POST',
    path: letterPath('/inspect'),
    run: (call) => inspectDeadLetter(call.deps, call.actor, keyOf(call)),
  },
  { method: 'POST', path: letterPath('/replay'), run: (call) => requestReplay(call.deps, call.actor, keyOf(call)) },
  {
    method: 'POST',
    path: letterPath('/discard'),
    run: (call) => discardDeadLetter(call.deps, call.actor, keyOf(call)),
  },
];

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly path: string };

/** Answers a request under /api/v1; `path` is what follows. Failures are problems as of RFC 9457. */
export async function answerApi(deps: ControlDeps, { request, response, path }: Exchange): Promise<void> {
  try {
    const actor = await actorOf(deps, request);
    if (!actor) throw new AppError('UNAUTHENTICATED', 'nobody is signed in');
    const fitting = ROUTES.flatMap((route) => {
      const match = route.path.exec(path);
      return match ? [{ route, groups: match.groups ?? {} }] : [];
    });
    if (fitting.length === 0) throw new AppError('NOT_FOUND', 'there is no such path');
    const found = fitting.find(({ route }) => route.method === request.method);
    if (!found) throw new AppError('METHOD_NOT_ALLOWED', `this path does not take ${request.method}`);
    const { id = '', letter = '0' } = found.groups;
    const result = await found.route.run({ deps, actor, id, letter: Number(letter) });
    if (result === undefined) sendNothing(response);
    else sendJson(response, 200, result);
  } catch (error) {
    if (!(error instanceof AppError)) deps.log.error('an API request failed', { path, error });
    sendProblem(response, problemOf(error));
  }
}

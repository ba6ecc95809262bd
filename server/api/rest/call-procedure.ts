import type { IncomingMessage } from 'node:http';
import { callTRPCProcedure } from '@trpc/server';
import { appRouter } from '@/server/api/root.ts';
import type { ApiContext } from '@/server/api/trpc.ts';
import type { Answer } from './answer.ts';
import { isDryRun, onTrial } from './dry-run.ts';
import { tagOf } from './entity-tag.ts';
import { once } from './idempotency.ts';
import { fillPath } from './path-pattern.ts';
import { readInput } from './read-input.ts';
import type { ProcedureRoute } from './route-table.ts';

type Call = {
  readonly route: ProcedureRoute;
  readonly request: IncomingMessage;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly path: string;
  readonly context: ApiContext;
  readonly signal: AbortSignal;
};

/** Where the paths of the document begin. */
export const REST_PATH = '/api/v1';

/** Calls the procedure behind a route. POSTs of somebody who is known may carry an Idempotency-Key. */
export async function callProcedure(given: Call): Promise<Answer> {
  const dryRun = isDryRun(given.request, given.route);
  const call = dryRun ? { ...given, context: onTrial(given.context) } : given;
  const { route, request, context, path } = call;
  const key = request.headers['idempotency-key'];
  if (route.method !== 'POST' || key === undefined || context.actor === null) {
    return answerOf(route, await run(call, () => readInput(call)));
  }
  const input = await readInput(call);
  const keyed = {
    actor: context.actor.name,
    route: `POST ${path}${dryRun ? ' on trial' : ''}`,
    key: String(key),
    input,
  };
  return once(context.deps, keyed, async () => answerOf(route, await run(call, async () => input)));
}

/** The input is read when the procedure asks for it: after it has checked the right. */
const run = ({ route, context, signal }: Call, getRawInput: () => Promise<unknown>): Promise<unknown> =>
  callTRPCProcedure({
    router: appRouter,
    path: route.procedure,
    type: route.type,
    ctx: context,
    getRawInput: memo(getRawInput),
    signal,
    batchIndex: 0,
  });

function memo<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}

function answerOf({ rest, hasOutput }: ProcedureRoute, output: unknown): Answer {
  if (!hasOutput) return { status: 204, headers: {} };
  const headers: Record<string, string> = {};
  const { versioned = false } = rest;
  const tag = versioned === false ? null : tagOf(output, versioned === true ? 'version' : versioned);
  if (tag !== null) headers.ETag = tag;
  if (rest.location !== undefined && typeof output === 'object' && output !== null) {
    const location = fillPath(rest.location, { ...output });
    if (location !== null) headers.Location = `${REST_PATH}${location}`;
  }
  return { status: rest.status ?? 200, headers, body: output };
}

import { parseJson, stringifyJson } from '@/server/domain/iceberg/lossless-json.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { refusalIn } from '@/server/network/guard.ts';
import { createGuardedFetch } from '@/server/network/guarded-fetch.ts';
import { networkPolicy } from '@/server/network/process-policy.ts';
import { sleep } from '@/server/platform/sleep.ts';
import type { Authorization } from './authorization.ts';
import { readBody } from './read-body.ts';

export type Request = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

/** What came back, or that nothing did. `sent` is false when the request certainly never left. */
export type Answer =
  | { readonly kind: 'response'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failure'; readonly sent: boolean; readonly cause: unknown };

export type HttpLimits = { timeoutMsMax: number; bodyBytesMax: number; attemptsMax: number; pauseMsMin: number };

export const HTTP_LIMITS: HttpLimits = {
  timeoutMsMax: 30_000,
  bodyBytesMax: 64 * 1024 * 1024,
  attemptsMax: 4,
  pauseMsMin: 100,
};
/** A catalog that asks for a longer pause gets it from the pipeline's own back-off. */
const PAUSE_MS_MAX = 10_000;

/**
 * Sends one request. Verbs that may be repeated are, when the failure looks passing (RFC 9110, 9.2.2); POST only after
 * 429, which says that nothing was done. A rejected token (401, 419) is renewed once. Rethrows the caller's abort.
 */
export async function send(request: Request, context: Context & { authorization: Authorization }): Promise<Answer> {
  const { limits, authorization } = context;
  let renewed = false;
  for (let attempt = 1; ; attempt += 1) {
    const sent = await sendOnce(request, {
      ...context,
      headers: { ...context.headers, ...(await authorization.headers(request.signal)) },
    });
    const { answer } = sent;
    if (answer.kind === 'response' && [401, 419].includes(answer.status) && !renewed) {
      renewed = true;
      if (await authorization.renew(request.signal)) continue;
    }
    if (attempt >= limits.attemptsMax || !mayRepeat(request, answer)) return answer;
    const pauseMs = sent.retryAfterMs ?? limits.pauseMsMin * 2 ** (attempt - 1) * (0.5 + Math.random());
    await sleep(Math.min(pauseMs, PAUSE_MS_MAX), request.signal ?? NEVER);
    request.signal?.throwIfAborted();
  }
}

type Context = {
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: HttpLimits;
  /** The catalog of this installation, which the operator placed; others go to checked addresses only. */
  readonly isOwn: boolean;
};

type Sent = { answer: Answer; retryAfterMs?: number };

async function sendOnce(request: Request, { headers, limits, isOwn }: Context): Promise<Sent> {
  const fetch = createGuardedFetch(isOwn ? undefined : networkPolicy());
  const timeout = AbortSignal.timeout(limits.timeoutMsMax);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  try {
    const response = await fetch(request.url, {
      method: request.method,
      // A redirect could carry the token and the commit to somebody else.
      redirect: 'manual',
      signal,
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(request.body === undefined ? {} : { body: stringifyJson(request.body) }),
    });
    const text = await readBody(response, limits.bodyBytesMax);
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    return {
      answer: { kind: 'response', status: response.status, body: parseBody(text) },
      ...(Number.isFinite(retryAfter) && retryAfter >= 0 ? { retryAfterMs: retryAfter * 1_000 } : {}),
    };
  } catch (cause) {
    request.signal?.throwIfAborted();
    const refused = refusalIn(cause);
    if (refused) throw refused;
    return { answer: { kind: 'failure', sent: !neverSent(cause), cause } };
  }
}

/** Proxies answer errors with HTML; then the status says enough. */
function parseBody(text: string): unknown {
  if (text === '') return null;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

const PASSING = new Set([408, 429, 500, 502, 503, 504]);

function mayRepeat(request: Request, answer: Answer): boolean {
  if (answer.kind === 'response' && answer.status === 429) return true;
  if (request.method === 'POST') return false;
  if (answer.kind === 'failure') return !(answer.cause instanceof AppError);
  return PASSING.has(answer.status);
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** fetch wraps the network's error; several addresses tried give an AggregateError with a code of its own. */
function neverSent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && NEVER_SENT.has(cause.code)) return true;
  }
  return false;
}

const NEVER = new AbortController().signal;

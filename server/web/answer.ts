import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Problem } from '@/server/errors/problem.ts';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** See other, after a form. */
export function sendTo(response: ServerResponse, location: string, headers: Record<string, string> = {}): void {
  response.writeHead(303, { Location: location, 'Cache-Control': 'no-store', ...headers });
  response.end();
}

/** A problem as RFC 9457 describes it. */
export function sendProblem(response: ServerResponse, problem: Problem): void {
  response.writeHead(problem.status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(problem.retryAfterS === undefined ? {} : { 'Retry-After': String(problem.retryAfterS) }),
  });
  response.end(JSON.stringify(problem));
}

/** Sends what a Fetch-style handler answered. */
export async function sendFetched(response: ServerResponse, fetched: Response): Promise<void> {
  response.writeHead(fetched.status, Object.fromEntries(fetched.headers));
  if (fetched.body === null) {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(fetched.body as ReadableStream), response);
}

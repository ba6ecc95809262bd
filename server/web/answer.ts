import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import { ERROR_CODES } from '@/server/errors/codes.ts';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

export function sendNothing(response: ServerResponse): void {
  response.writeHead(204, { 'Cache-Control': 'no-store' });
  response.end();
}

/** See other, after a form. */
export function sendTo(response: ServerResponse, location: string, headers: Record<string, string> = {}): void {
  response.writeHead(303, { Location: location, 'Cache-Control': 'no-store', ...headers });
  response.end();
}

/** A problem as RFC 9457 describes it. What nobody expected is answered without its details. */
export function sendProblem(response: ServerResponse, error: unknown): void {
  const { code, remedy } = policyOf(error);
  const detail = error instanceof AppError ? error.message : 'something went wrong here; the log says what';
  const status = ERROR_CODES[code].http;
  response.writeHead(status, { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ type: `urn:philotes:error:${code}`, title: code, status, detail, remedy }));
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

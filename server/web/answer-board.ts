import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { recordRefusal } from '@/server/audit/record-refusal.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { Scope } from '@/server/auth/scopes.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { sendFetched, sendTo } from './answer.ts';
import { actorOf } from './authenticate.ts';
import { BOARD_PATH, type QueueBoard } from './queue-board.ts';
import { readBody } from './read-body.ts';

type Door = { readonly deps: ControlDeps; readonly board: QueueBoard };
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL };

const BODY_BYTES_MAX = 1024 * 1024;

export const isBoardPath = (path: string): boolean => path === BOARD_PATH || path.startsWith(`${BOARD_PATH}/`);

/** Looking at the queues needs `queue:read`, changing anything `queue:manage`; refusals are on record. */
export async function answerBoard({ deps, board }: Door, { request, response, url }: Exchange): Promise<void> {
  const actor = await actorOf(deps, request);
  if (!actor) return sendTo(response, `/sign-in?callbackUrl=${encodeURIComponent(BOARD_PATH)}`);
  const isLook = request.method === 'GET' || request.method === 'HEAD';
  await allow(deps, actor, 'queue:read');
  if (!isLook) await allow(deps, actor, 'queue:manage');
  const answered = await board.answer(await toFetch(request, url), { mayChange: actor.scopes.has('queue:manage') });
  await sendFetched(response, isPage(answered) ? await guarded(answered) : answered);
}

async function allow({ database }: ControlDeps, actor: Actor, scope: Scope): Promise<void> {
  try {
    authorize(actor, scope);
  } catch (error) {
    await recordRefusal(database, actor, { action: 'queue', subject: scope });
    throw error;
  }
}

const isPage = (answered: Response): boolean => answered.headers.get('content-type')?.startsWith('text/html') === true;

/** The board's page under a policy of its own, and without the fonts that it would fetch from another company. */
async function guarded(page: Response): Promise<Response> {
  const nonce = randomBytes(16).toString('base64');
  const html = (await page.text())
    .replace(/<link[^>]+https:\/\/fonts\.[^>]+>/g, '')
    .replaceAll('<script', `<script nonce="${nonce}"`);
  const headers = new Headers(page.headers);
  headers.delete('content-length');
  headers.set('Cache-Control', 'no-store');
  headers.set('Content-Security-Policy', boardPolicy(nonce));
  return new Response(html, { status: page.status, headers });
}

/** Its page has a `base`, and its scripts write styles. */
const boardPolicy = (nonce: string): string =>
  [
    `default-src 'none'`,
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `base-uri 'self'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');

async function toFetch(request: IncomingMessage, url: URL): Promise<Request> {
  const { method = 'GET' } = request;
  const body = method === 'GET' || method === 'HEAD' ? null : new Uint8Array(await readBody(request, BODY_BYTES_MAX));
  const type = request.headers['content-type'];
  return new Request(url, { method, body: body?.length ? body : null, headers: type ? { 'content-type': type } : {} });
}

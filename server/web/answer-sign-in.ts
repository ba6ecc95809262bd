import type { IncomingMessage, ServerResponse } from 'node:http';
import { endSession } from '@/server/auth/sessions.ts';
import { OIDC_CALLBACK_PATH } from '@/server/auth/sign-in/sign-in-view.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { acceptLink } from '@/server/members/accept-link.ts';
import { sendTo } from './answer.ts';
import { addressOf } from './client-address.ts';
import { readBody } from './read-body.ts';
import { returnPath } from './return-path.ts';
import { sendOnward } from './send-onward.ts';
import { readCookies, readSessionCookie, sessionCookie } from './session-cookie.ts';
import type { Outcome, SignInDesk, Visitor } from './sign-in-desk.ts';
import { triedCookie } from './tried-cookie.ts';

type Desk = { readonly deps: ControlDeps; readonly desk: SignInDesk };
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL };

const FORM_BYTES_MAX = 16 * 1024;

/** Pages that somebody who is not signed in may see. */
export const OPEN_PAGES: ReadonlySet<string> = new Set(['/sign-in', '/sign-in/link']);

/**
 * The plain forms by which people come in and leave, so that they work without scripts; the browser's Origin was compared
 * before. False when the request is for something else.
 */
export async function answerSignIn(door: Desk, exchange: Exchange): Promise<boolean> {
  const { request, url } = exchange;
  const answer = ROUTES[`${request.method} ${url.pathname}`];
  if (!answer) return false;
  await answer(door, exchange);
  return true;
}

type Answer = (door: Desk, exchange: Exchange) => Promise<void>;

const ROUTES: Readonly<Record<string, Answer>> = {
  'POST /sign-in': async ({ deps, desk }, { request, response }) => {
    const form = await readForm(request);
    const returnTo = returnPath(form.get('callbackUrl'), deps.config);
    const credentials = { email: form.get('email') ?? '', password: form.get('password') ?? '', returnTo };
    send(deps, response, await desk.withPassword(visitorOf(deps.config, request), credentials), returnTo);
  },

  'POST /sign-in/oidc': async ({ deps, desk }, { request, response }) => {
    const returnTo = returnPath((await readForm(request)).get('callbackUrl'), deps.config);
    const outcome = await desk.toIssuer(visitorOf(deps.config, request), { returnTo });
    if ('problem' in outcome) return send(deps, response, outcome, returnTo);
    response.setHeader('Set-Cookie', [...outcome.cookies]);
    sendOnward(response, outcome.location);
  },

  [`GET ${OIDC_CALLBACK_PATH}`]: async ({ deps, desk }, { request, response, url }) => {
    send(
      deps,
      response,
      await desk.fromIssuer(visitorOf(deps.config, request), Object.fromEntries(url.searchParams)),
      '/',
    );
  },

  'POST /sign-in/link': async ({ deps }, { request, response }) => {
    const form = await readForm(request);
    const token = form.get('token') ?? '';
    try {
      const password = form.get('password') ?? '';
      const session = await acceptLink(deps, { token, password, ...visitorFacts(deps.config, request) });
      sendTo(response, '/', { 'Set-Cookie': sessionCookie(deps.config, session) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const problem = LINK_PROBLEMS[error.code] ?? 'link';
      const kept = problem === 'link' ? '' : `&token=${encodeURIComponent(token)}`;
      sendTo(response, `/sign-in/link?problem=${problem}${kept}`);
    }
  },

  'POST /sign-out': async ({ deps }, { request, response }) => {
    const token = readSessionCookie(request.headers.cookie, deps.config);
    if (token !== null) await endSession(deps.database.pool, token);
    sendTo(response, '/sign-in', { 'Set-Cookie': sessionCookie(deps.config, null) });
  },
};

const LINK_PROBLEMS: Readonly<Record<string, string>> = { INVALID_INPUT: 'password', RATE_LIMITED: 'throttled' };

const readForm = async (request: IncomingMessage): Promise<URLSearchParams> =>
  new URLSearchParams((await readBody(request, FORM_BYTES_MAX)).toString('utf8'));

const visitorFacts = (config: ControlDeps['config'], request: IncomingMessage) => ({
  address: addressOf(config, request),
  userAgent: request.headers['user-agent'] ?? null,
});

const visitorOf = (config: ControlDeps['config'], request: IncomingMessage): Visitor => ({
  ...visitorFacts(config, request),
  cookies: readCookies(request.headers.cookie),
});

/** Our own pages by path: the site may be reached by another of its names. */
function send({ config }: ControlDeps, response: ServerResponse, outcome: Outcome, returnTo: string): void {
  const tried = 'problem' in outcome ? (outcome.tried ?? '') : '';
  response.setHeader('Set-Cookie', [...outcome.cookies, triedCookie(config, tried)]);
  if ('problem' in outcome) {
    const back = returnTo === '/' ? '' : `&callbackUrl=${encodeURIComponent(returnTo)}`;
    return sendTo(response, `/sign-in?problem=${outcome.problem}${back}`);
  }
  const { origin } = new URL(config.publicUrl);
  const { location } = outcome;
  sendTo(response, location.startsWith(`${origin}/`) ? location.slice(origin.length) : location);
}

import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { DEFAULT_URL, open, unreachable } from './connect.ts';
import { type Credentials, loadCredentials, removeCredentials, saveCredentials } from './credentials.ts';

export type LoginOptions = { readonly url?: string; readonly email?: string; readonly keyStdin?: boolean };

/** Checks a key, or e-mail and password, and stores what later commands need. Returns what to say. */
export async function login(io: CliIo, options: LoginOptions): Promise<string> {
  const url = siteOf(options.url ?? io.env.PHILOTES_URL ?? DEFAULT_URL);
  const credentials: Credentials = options.email
    ? { url, cookie: await signIn(url, { email: options.email, password: await secretOf(io, 'Password: ') }) }
    : { url, token: io.env.PHILOTES_API_KEY || (await secretOf(io, 'API key: ', options)) };
  const { data: me } = await open(credentials).GET('/me');
  const path = saveCredentials(io.env, credentials);
  return `Signed in at ${url} as ${me?.email} (${me?.role}); kept in ${path}`;
}

/** Ends the session on the server when there is one, and forgets. */
export async function logout(io: CliIo): Promise<string> {
  const stored = loadCredentials(io.env);
  removeCredentials(io.env);
  if (stored?.cookie === undefined) return 'Signed out; an API key stays valid until it is revoked';
  await sendForm(stored.url, '/sign-out', { Cookie: stored.cookie });
  return `Signed out at ${stored.url}`;
}

async function secretOf(io: CliIo, question: string, { keyStdin = false } = {}): Promise<string> {
  const given = keyStdin || !io.ask ? await io.readInput() : await io.ask(question, { hidden: true });
  const secret = given.trim();
  if (secret === '') {
    throw new CliError(
      'USAGE',
      `no ${question.replace(': ', '').toLowerCase()} was given`,
      'Type it, or pass it on standard input.',
    );
  }
  return secret;
}

/** Signs in as the form of the console does, and returns the session's cookie. */
async function signIn(url: string, { email, password }: { email: string; password: string }): Promise<string> {
  const response = await sendForm(url, '/sign-in', {}, { email, password });
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  const session = cookies.find((cookie) => /philotes-session=./.test(cookie));
  if (session) return session;
  const { searchParams } = new URL(response.headers.get('Location') ?? '/', url);
  throw searchParams.get('problem') === 'throttled'
    ? new CliError('LIMITED', 'too many attempts', 'Wait some minutes and try again.')
    : new CliError(
        'NOT_ALLOWED',
        'e-mail or password is wrong, or this installation signs people in elsewhere',
        'Try again, or use an API key: philotes login without --email.',
      );
}

function sendForm(url: string, path: string, headers: Record<string, string>, fields: Record<string, string> = {}) {
  const { origin } = new URL(url);
  return fetch(`${url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, Origin: origin },
    body: new URLSearchParams(fields),
  }).catch(unreachable(url));
}

function siteOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new CliError('USAGE', `--url: "${text}" is not an http:// or https:// address`);
  }
  return text.replace(/\/+$/, '');
}

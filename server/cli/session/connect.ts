import { createPhilotes, type Philotes } from '@/packages/client/client.ts';
import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';
import { type Credentials, loadCredentials } from './credentials.ts';

/** The installation that commands without `login` go to. */
export const DEFAULT_URL = 'http://127.0.0.1:8474';

/**
 * A client as the person that the environment (PHILOTES_URL, PHILOTES_API_KEY) or `login` names; the environment wins. A
 * stored credential is sent to the address it was stored for and to no other.
 */
export function connect(io: CliIo, { url }: { url?: string | undefined }): Philotes {
  const stored = loadCredentials(io.env);
  const wanted = url ?? io.env.PHILOTES_URL;
  const key = io.env.PHILOTES_API_KEY;
  if (key) return open({ url: wanted ?? stored?.url ?? DEFAULT_URL, token: key });
  if (stored && (wanted === undefined || isSameSite(wanted, stored.url))) return open(stored);
  const where = wanted ?? DEFAULT_URL;
  throw new CliError(
    'NOT_ALLOWED',
    `nobody is signed in at ${where}`,
    `Run philotes login --url ${where}, or set PHILOTES_API_KEY.`,
  );
}

export function open({ url, token, cookie }: Credentials): Philotes {
  return createPhilotes({
    url,
    userAgent: 'philotes-cli',
    fetch: (request) => fetch(request).catch(unreachable(url)),
    ...(token === undefined ? {} : { token }),
    // A session's requests have to come from the site itself.
    ...(cookie === undefined ? {} : { headers: { Cookie: cookie, Origin: new URL(url).origin } }),
  });
}

/** Says where nothing answered: the address may come from `--url`, the environment or `login`. */
export const unreachable =
  (url: string) =>
  (error: unknown): never => {
    if (!(error instanceof TypeError)) throw error;
    const { cause } = error;
    const reason = !(cause instanceof Error)
      ? error.message
      : 'code' in cause && typeof cause.code === 'string'
        ? cause.code
        : cause.message;
    throw new CliError(
      'UNREACHABLE',
      `nothing answers at ${url} (${reason})`,
      'Check that Philotes runs there, or name its address: --url or PHILOTES_URL.',
      { cause: error },
    );
  };

const isSameSite = (a: string, b: string): boolean =>
  URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href;

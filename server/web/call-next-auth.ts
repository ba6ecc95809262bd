import { createHash, randomBytes } from 'node:crypto';
import type { NextApiRequest, NextApiResponse } from 'next';
import NextAuth, { type AuthOptions } from 'next-auth';
import type { Config } from '@/server/config/config.ts';
import { setNextAuthAddress } from '@/server/config/next-auth-environment.ts';
import { defaultExport } from '@/server/platform/default-export.ts';

/** A step of a sign-in, as NextAuth names them: /api/auth/<action>/<provider>. */
export type Step = {
  readonly method: 'GET' | 'POST';
  readonly action: 'signin' | 'callback';
  readonly provider: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string>>;
};

/** What it answered: where to go, and the cookies to set, as header values. */
export type Answered = { readonly location: string | null; readonly cookies: readonly string[] };

/**
 * Runs one step through NextAuth. It was written for Next's API routes; of their request and response it reads and writes
 * what is given here. Host and forwarded headers never reach it.
 */
export async function callNextAuth(
  options: AuthOptions & { secret: string },
  config: Pick<Config, 'publicUrl'>,
  step: Step,
): Promise<Answered> {
  const csrf = csrfPair(options);
  const request = {
    method: step.method,
    headers: {},
    query: { ...step.query, nextauth: [step.action, step.provider] },
    cookies: { ...step.cookies, [csrf.name]: csrf.cookie },
    body: { ...step.form, csrfToken: csrf.token },
  };
  const response = new HeldResponse();
  setNextAuthAddress(config);
  await defaultExport(NextAuth)(request as unknown as NextApiRequest, response as unknown as NextApiResponse, options);
  const cookies = response.list('set-cookie').filter((cookie) => !cookie.startsWith(`${csrf.name}=`));
  return { location: response.list('location')[0] ?? null, cookies };
}

/**
 * NextAuth wants a form to repeat a value of a cookie. The front door has compared the browser's Origin already, which holds
 * for every form of ours, so a fitting pair is made on the spot.
 */
function csrfPair(options: { secret: string; cookies?: AuthOptions['cookies'] }) {
  const token = randomBytes(32).toString('hex');
  const hash = createHash('sha256').update(`${token}${options.secret}`).digest('hex');
  return { name: options.cookies?.csrfToken?.name ?? 'next-auth.csrf-token', token, cookie: `${token}|${hash}` };
}

/** Keeps headers instead of sending them. */
class HeldResponse {
  readonly #headers = new Map<string, string[]>();

  status(): this {
    return this;
  }
  getHeader(name: string): string[] | undefined {
    return this.#headers.get(name.toLowerCase());
  }
  setHeader(name: string, value: string | readonly string[]): this {
    this.#headers.set(name.toLowerCase(), typeof value === 'string' ? [value] : [...value]);
    return this;
  }
  list(name: string): readonly string[] {
    return this.#headers.get(name) ?? [];
  }
  send(): void {}
  json(): void {}
  end(): void {}
}

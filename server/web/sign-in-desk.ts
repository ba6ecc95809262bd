import type { AuthOptions } from 'next-auth';
import credentials from 'next-auth/providers/credentials';
import { endSession, type StartedSession } from '@/server/auth/sessions.ts';
import { admitPerson } from '@/server/auth/sign-in/admit-person.ts';
import { discoverIssuer, type Issuer } from '@/server/auth/sign-in/discover-issuer.ts';
import { type Claims, emailOf } from '@/server/auth/sign-in/judge-claims.ts';
import { type OpenedOidc, openOidc } from '@/server/auth/sign-in/open-oidc.ts';
import { signIn } from '@/server/auth/sign-in.ts';
import { throttle } from '@/server/auth/throttle.ts';
import type { Secrets } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { createGuardedFetch } from '@/server/network/guarded-fetch.ts';
import { defaultExport } from '@/server/platform/default-export.ts';
import { callNextAuth, type Step } from './call-next-auth.ts';
import { type OidcProfile, oidcProvider } from './oidc-provider.ts';
import { returnPath } from './return-path.ts';
import { sessionCookieName } from './session-cookie.ts';

/** Somebody at the door, before we know who it is. */
export type Visitor = {
  readonly address: string | null;
  readonly userAgent: string | null;
  /** All cookies by name. */
  readonly cookies: Readonly<Record<string, string>>;
};

/** Where a browser is sent next; `problem` is a word that the sign-in page explains, `tried` the address that it is about. */
export type Outcome =
  | { readonly problem: string; readonly cookies: readonly string[]; readonly tried?: string | undefined }
  | { readonly location: string; readonly cookies: readonly string[] };

export type SignInDesk = {
  /** What the button of the identity provider says; null when there is none. */
  issuerName(): Promise<string | null>;
  withPassword(visitor: Visitor, form: { email: string; password: string; returnTo: string }): Promise<Outcome>;
  /** Sends the browser to the issuer. */
  toIssuer(visitor: Visitor, form: { returnTo: string }): Promise<Outcome>;
  /** The browser is back from the issuer. */
  fromIssuer(visitor: Visitor, query: Readonly<Record<string, string>>): Promise<Outcome>;
};

type Provider = AuthOptions['providers'][number];
type Deps = Pick<ControlDeps, 'database' | 'config' | 'sealer' | 'log'>;
type DeskSecrets = Pick<Secrets, 'sessionSecret' | 'oidcClientSecret'>;

const SESSION_S = 14 * 86_400;
const DISCOVERED_FOR_MS = 10 * 60_000;

/**
 * Signs people in through NextAuth. Its session is not a token that says who somebody is, which could not be taken back:
 * `jwt.encode` is exchanged for a session of ours, of which the browser gets an opaque token.
 */
export function createSignInDesk(deps: Deps, secrets: DeskSecrets): SignInDesk {
  const { database, config, log } = deps;
  const discovered = new Map<string, { issuer: Issuer; until: number }>();

  async function discover({ issuer }: OpenedOidc): Promise<Issuer> {
    const known = discovered.get(issuer);
    if (known && known.until > Date.now()) return known.issuer;
    const found = await discoverIssuer(createGuardedFetch(config.network), issuer);
    discovered.set(issuer, { issuer: found, until: Date.now() + DISCOVERED_FOR_MS });
    return found;
  }

  /** Runs a step; `admit` settles what becomes of somebody whom the provider has recognised. */
  async function run(visitor: Visitor, provider: Provider, attempt: Attempt, step: Omit<Step, 'cookies'>) {
    const options = authOptions({ deps, secret: secrets.sessionSecret, provider, attempt });
    const answered = await callNextAuth(options, config, { ...step, cookies: visitor.cookies });
    if (!attempt.session) return answered;
    // A browser that signs in again holds one session, not two.
    const former = visitor.cookies[sessionCookieName(config)];
    if (former) await endSession(database.pool, former);
    // Where to go is settled; the session comes first.
    const isSession = (cookie: string) => cookie.startsWith(`${sessionCookieName(config)}=`);
    const kept = answered.cookies.filter((cookie) => !isSession(cookie) && !/^(__Host-)?philotes-return=/.test(cookie));
    return { ...answered, cookies: [...answered.cookies.filter(isSession), ...kept, ...forgetReturn(visitor, config)] };
  }

  const oidcStep = async (visitor: Visitor, attempt: Attempt, step: Omit<Step, 'cookies' | 'provider'>) => {
    try {
      await throttle(database.pool, { key: `oidc-from:${visitor.address ?? ''}`, attemptsMax: 60, windowS: 300 });
      const oidc = await openOidc(deps, secrets.oidcClientSecret);
      if (!oidc) return { problem: 'no-issuer', cookies: [] };
      const provider = oidcProvider(oidc, await discover(oidc), config.network);
      const admit = async ({ sub, ...claims }: Claims & { sub: string }) => {
        const admission = await admitPerson(deps, { issuer: oidc.issuer, subject: sub, claims, ...visitor }, oidc);
        if (admission.kind === 'admitted') attempt.session = admission.session;
        else Object.assign(attempt, { problem: admission.reason, tried: emailOf(claims) });
      };
      attempt.admit = admit;
      const { location, cookies } = await run(visitor, provider, attempt, { ...step, provider: 'oidc' });
      if (attempt.problem) return { problem: attempt.problem, cookies: [], tried: attempt.tried };
      const isThere = step.action === 'signin' ? isAt(location, provider) : attempt.session !== null;
      if (location === null || !isThere) return { problem: 'issuer', cookies: [] };
      return { location, cookies };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn('a sign-in at the identity provider failed', { error });
      return { problem: error.code === 'RATE_LIMITED' ? 'throttled' : 'issuer', cookies: [] };
    }
  };

  return {
    async issuerName() {
      return (await openOidc(deps, secrets.oidcClientSecret))?.name ?? null;
    },

    async withPassword(visitor, { email, password, returnTo }) {
      const attempt = newAttempt();
      const provider = defaultExport(credentials)({
        credentials: { email: {}, password: {} },
        async authorize() {
          try {
            attempt.session = await signIn(deps, { email, password, ...visitor });
            return { id: 'member' };
          } catch (error) {
            if (!(error instanceof AppError)) attempt.failure = error;
            attempt.problem = error instanceof AppError && error.code === 'RATE_LIMITED' ? 'throttled' : 'refused';
            return null;
          }
        },
      });
      const step = { method: 'POST', action: 'callback', provider: 'credentials', query: {} } as const;
      const { location, cookies } = await run(visitor, provider, attempt, { ...step, form: { callbackUrl: returnTo } });
      if (attempt.failure) throw attempt.failure;
      if (attempt.problem || location === null)
        return { problem: attempt.problem ?? 'refused', cookies: [], tried: email };
      return { location, cookies };
    },

    toIssuer: (visitor, { returnTo }) =>
      oidcStep(visitor, newAttempt(), { method: 'POST', action: 'signin', query: {}, form: { callbackUrl: returnTo } }),

    fromIssuer: (visitor, query) =>
      oidcStep(visitor, newAttempt(), { method: 'GET', action: 'callback', query, form: {} }),
  };
}

/** What came of one request, as far as NextAuth's callbacks were told. */
type Attempt = {
  session: StartedSession | null;
  problem: string | null;
  /** Whom a refusal is about, as far as the issuer said. */
  tried: string | undefined;
  failure: unknown;
  admit: (profile: OidcProfile) => Promise<void>;
};

const newAttempt = (): Attempt => ({
  session: null,
  problem: null,
  tried: undefined,
  failure: null,
  admit: async () => undefined,
});

type Run = { deps: Deps; secret: string; provider: Provider; attempt: Attempt };

function authOptions({ deps, secret, provider, attempt }: Run): AuthOptions & { secret: string } {
  const { config, log } = deps;
  const isSecure = config.publicUrl.startsWith('https:');
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure } as const;
  const cookie = (name: string, more = {}) => ({
    name: `${isSecure ? '__Host-' : ''}philotes-${name}`,
    options: { ...options, ...more },
  });
  const minutes = { maxAge: 15 * 60 };
  return {
    secret,
    providers: [provider],
    session: { strategy: 'jwt', maxAge: SESSION_S },
    useSecureCookies: isSecure,
    pages: { signIn: '/sign-in', error: '/sign-in' },
    cookies: {
      sessionToken: { name: sessionCookieName(config), options },
      callbackUrl: cookie('return', minutes),
      csrfToken: cookie('csrf'),
      state: cookie('state', minutes),
      nonce: cookie('nonce', minutes),
      pkceCodeVerifier: cookie('pkce', minutes),
    },
    jwt: {
      maxAge: SESSION_S,
      encode: () => attempt.session?.token ?? '',
      decode: () => null,
    },
    callbacks: {
      async signIn({ account, profile }) {
        if (account?.type === 'oauth' && isOidcProfile(profile)) await attempt.admit(profile);
        return attempt.session !== null;
      },
      // What the browser kept meanwhile is judged again.
      redirect: ({ url, baseUrl }) => {
        const path = url.startsWith(baseUrl) ? url.slice(baseUrl.length) : url;
        return `${baseUrl}${returnPath(path, config)}`;
      },
    },
    logger: {
      // Its metadata holds tokens and claims: only its name for the failure and what the error says are kept.
      error: (code, metadata) => log.warn('a sign-in did not succeed', { step: code, reason: reasonOf(metadata) }),
      warn: (code) => log.debug('nextauth warns', { code }),
      debug: () => undefined,
    },
  };
}

/** Its use is over with the sign-in. */
const forgetReturn = ({ cookies }: Visitor, { publicUrl }: { publicUrl: string }): string[] => {
  const name = publicUrl.startsWith('https:') ? '__Host-philotes-return' : 'philotes-return';
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return name in cookies ? [`${name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0${secure}`] : [];
};

const isOidcProfile = (profile: object | undefined): profile is OidcProfile =>
  profile !== undefined && 'sub' in profile && 'idToken' in profile && 'userinfo' in profile;

const reasonOf = (metadata: unknown): string => {
  const error =
    metadata instanceof Error
      ? metadata
      : typeof metadata === 'object' && metadata && 'error' in metadata
        ? metadata.error
        : null;
  return error instanceof Error ? error.message.slice(0, 300) : 'unknown';
};

/** Whether NextAuth sends the browser to the issuer, and not to its own page about a failure. */
const isAt = (location: string | null, provider: Provider): boolean =>
  'authorization' in provider &&
  typeof provider.authorization === 'object' &&
  location?.startsWith(`${provider.authorization.url}`) === true;

import { AppError } from '@/server/errors/app-error.ts';
import { refusalIn } from '@/server/network/guard.ts';
import { createGuardedFetch } from '@/server/network/guarded-fetch.ts';
import { networkPolicy } from '@/server/network/process-policy.ts';
import { readBody } from './read-body.ts';

export type CatalogAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'oauth2';
      /** The token endpoint of the identity provider, or the catalog's own `{uri}/v1/oauth/tokens`. */
      readonly tokenUri: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string;
      readonly audience?: string;
      readonly resource?: string;
    };

/** Puts credentials on requests. */
export type Authorization = {
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** After the catalog rejected the token: gets another. False when there is no other to get. */
  renew(signal?: AbortSignal): Promise<boolean>;
};

type OAuth2 = Extract<CatalogAuth, { kind: 'oauth2' }>;

export function createAuthorization(auth: CatalogAuth): Authorization {
  switch (auth.kind) {
    case 'none':
      return { headers: async () => ({}), renew: async () => false };
    case 'bearer':
      return { headers: async () => ({ authorization: `Bearer ${auth.token}` }), renew: async () => false };
    case 'oauth2':
      return clientCredentials(auth);
  }
}

const TOKEN_MS_MAX = 15_000;
const TOKEN_BYTES_MAX = 1024 * 1024;
/** When the provider does not say how long its token lives. */
const TOKEN_LIFE_S = 3_600;

/** Client credentials grant (RFC 6749, 4.4); a token is replaced when four fifths of its life are over. */
function clientCredentials(auth: OAuth2): Authorization {
  let current: { value: Promise<string>; replaceAtMs: number } | null = null;

  const request = () => {
    const grant = { value: Promise.resolve(''), replaceAtMs: Number.POSITIVE_INFINITY };
    grant.value = requestToken(auth).then(({ token, lifeS }) => {
      grant.replaceAtMs = Date.now() + lifeS * 800;
      return token;
    });
    grant.value.catch(() => {
      if (current === grant) current = null;
    });
    current = grant;
    return grant;
  };

  return {
    async headers() {
      const grant = current && Date.now() < current.replaceAtMs ? current : request();
      return { authorization: `Bearer ${await grant.value}` };
    },
    async renew() {
      await request().value;
      return true;
    },
  };
}

async function requestToken(auth: OAuth2): Promise<{ token: string; lifeS: number }> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: auth.clientId,
    client_secret: auth.clientSecret,
    scope: auth.scope ?? 'catalog',
    ...(auth.audience === undefined ? {} : { audience: auth.audience }),
    ...(auth.resource === undefined ? {} : { resource: auth.resource }),
  });
  let status: number;
  let text: string;
  try {
    const response = await createGuardedFetch(networkPolicy())(auth.tokenUri, {
      method: 'POST',
      body: form,
      redirect: 'error',
      signal: AbortSignal.timeout(TOKEN_MS_MAX),
      headers: { accept: 'application/json' },
    });
    status = response.status;
    text = await readBody(response, TOKEN_BYTES_MAX);
  } catch (cause) {
    throw refusalIn(cause) ?? new AppError('CATALOG_UNREACHABLE', 'the token endpoint gave no answer', { cause });
  }
  // The body of a refusal may repeat what was sent, so only the status is shown.
  if (status >= 500 || status === 429)
    throw new AppError('CATALOG_UNREACHABLE', `the token endpoint answered ${status}`);
  if (status !== 200) throw new AppError('CATALOG_DENIED', `the token endpoint answered ${status}`);
  return parseToken(text);
}

function parseToken(text: string): { token: string; lifeS: number } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string') {
    const lifeS = 'expires_in' in body ? Number(body.expires_in) : TOKEN_LIFE_S;
    return { token: body.access_token, lifeS: Number.isFinite(lifeS) && lifeS > 0 ? lifeS : TOKEN_LIFE_S };
  }
  throw new AppError('CATALOG_RESPONSE_INVALID', 'the token endpoint gave no token');
}

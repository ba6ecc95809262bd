import * as z from 'zod';
import { AppError } from '@/server/errors/app-error.ts';
import { refusalIn } from '@/server/network/guard.ts';
import type { GuardedFetch } from '@/server/network/guarded-fetch.ts';

/** Where an issuer does what; OpenID Connect Discovery 1.0, section 3. */
export type Issuer = {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly userinfoEndpoint: string | undefined;
  readonly jwksUri: string;
  /** Tokens signed in any other way are refused. */
  readonly signingAlgorithm: (typeof ALGORITHMS)[number];
  readonly clientAuthentication: 'client_secret_basic' | 'client_secret_post';
  /** Whether it says that it takes PKCE (S256), which we send in any case. */
  readonly announcesPkce: boolean;
};

/** Asymmetric ones only, the one that every issuer must know first. */
const ALGORITHMS = ['RS256', 'ES256', 'PS256', 'EdDSA'] as const;
const TIMEOUT_MS = 10_000;
const BYTES_MAX = 512 * 1024;

const texts = z.array(z.string());
const discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  userinfo_endpoint: z.string().optional(),
  jwks_uri: z.string(),
  response_types_supported: texts.default(['code']),
  id_token_signing_alg_values_supported: texts.default(['RS256']),
  token_endpoint_auth_methods_supported: texts.default(['client_secret_basic']),
  code_challenge_methods_supported: texts.default([]),
});

/** Reads and checks an issuer's discovery document. Throws ISSUER_UNREACHABLE saying what is wrong, or HOST_FORBIDDEN. */
export async function discoverIssuer(fetch: GuardedFetch, issuer: string): Promise<Issuer> {
  const found = discovery.safeParse(await readDocument(fetch, issuer));
  if (!found.success) {
    const missing = found.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw unusable(`lacks what a sign-in needs: ${missing}`);
  }
  const document = found.data;
  if (document.issuer !== issuer) throw unusable(`names another issuer, ${document.issuer.slice(0, 200)}; enter it so`);
  const endpoints = [document.authorization_endpoint, document.token_endpoint, document.jwks_uri];
  if (document.userinfo_endpoint !== undefined) endpoints.push(document.userinfo_endpoint);
  const { protocol } = new URL(issuer);
  if (!endpoints.every((endpoint) => URL.canParse(endpoint) && new URL(endpoint).protocol === protocol)) {
    throw unusable(`names endpoints that do not use ${protocol}//`);
  }
  if (!document.response_types_supported.includes('code')) throw unusable('does not know the authorization code flow');
  const known = document.id_token_signing_alg_values_supported;
  const signingAlgorithm = ALGORITHMS.find((algorithm) => known.includes(algorithm));
  if (!signingAlgorithm) throw unusable(`signs in no way that we take (${ALGORITHMS.join(', ')})`);
  const methods = document.token_endpoint_auth_methods_supported;
  const isBasic = methods.includes('client_secret_basic');
  if (!isBasic && !methods.includes('client_secret_post')) throw unusable('takes no client secret');
  return {
    issuer,
    authorizationEndpoint: document.authorization_endpoint,
    tokenEndpoint: document.token_endpoint,
    userinfoEndpoint: document.userinfo_endpoint,
    jwksUri: document.jwks_uri,
    signingAlgorithm,
    clientAuthentication: isBasic ? 'client_secret_basic' : 'client_secret_post',
    announcesPkce: document.code_challenge_methods_supported.includes('S256'),
  };
}

async function readDocument(fetch: GuardedFetch, issuer: string): Promise<unknown> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  let text = '';
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new AppError('ISSUER_UNREACHABLE', `the discovery document was answered with ${response.status}`);
    }
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > BYTES_MAX) throw unusable(`is larger than ${BYTES_MAX} bytes`);
    }
  } catch (error) {
    throw refusalIn(error) ?? (error instanceof AppError ? error : unreachable(error));
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('ISSUER_UNREACHABLE', 'the discovery document is not JSON', { cause });
  }
}

const unusable = (reason: string) => new AppError('ISSUER_UNREACHABLE', `the discovery document ${reason}`);
const unreachable = (cause: unknown) => new AppError('ISSUER_UNREACHABLE', 'the issuer does not answer', { cause });

import type { OAuthConfig } from 'next-auth/providers/oauth';
import * as z from 'zod';
import type { Issuer } from '@/server/auth/sign-in/discover-issuer.ts';
import type { Claims } from '@/server/auth/sign-in/judge-claims.ts';
import type { OpenedOidc } from '@/server/auth/sign-in/open-oidc.ts';
import { guardedAgents } from '@/server/network/guard.ts';
import type { NetworkPolicy } from '@/server/network/network-policy.ts';

/** Of one answer of the issuer: token, keys or userinfo. */
const ANSWER_LIMITS = { bytesMax: 4 * 1024 * 1024, millisecondsMax: 15_000 };
const IDLE_MS = 10_000;

/** What the profile callback hands on; NextAuth itself needs an id only. */
export type OidcProfile = Claims & { readonly sub: string };

/**
 * The configured issuer as NextAuth takes it: code flow with state, nonce and PKCE; the token's signature, algorithm, issuer,
 * audience, nonce and time are checked by openid-client under it. Endpoints are those of the checked discovery document.
 */
export function oidcProvider(oidc: OpenedOidc, issuer: Issuer, network: NetworkPolicy): OAuthConfig<OidcProfile> {
  const agents = guardedAgents(network, {}, ANSWER_LIMITS);
  return {
    id: 'oidc',
    name: oidc.name,
    type: 'oauth',
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    issuer: issuer.issuer,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    client: {
      id_token_signed_response_alg: issuer.signingAlgorithm,
      token_endpoint_auth_method: issuer.clientAuthentication,
    },
    authorization: { url: issuer.authorizationEndpoint, params: { scope: oidc.scopes } },
    token: { url: issuer.tokenEndpoint },
    jwks_endpoint: issuer.jwksUri,
    httpOptions: { timeout: IDLE_MS, agent: issuer.issuer.startsWith('https:') ? agents.https : agents.http },
    userinfo: {
      ...(issuer.userinfoEndpoint === undefined ? {} : { url: issuer.userinfoEndpoint }),
      async request({ client, tokens }) {
        const idToken = payloadOf(tokens.id_token ?? '');
        const userinfo =
          issuer.userinfoEndpoint && tokens.access_token ? await client.userinfo(tokens.access_token) : null;
        // OpenID Connect Core 1.0, section 5.3.4: an answer about somebody else must not be used.
        if (userinfo && userinfo.sub !== idToken.sub)
          throw new Error('userinfo is about another subject than the token');
        const profile: OidcProfile = { sub: String(idToken.sub ?? ''), idToken, userinfo };
        return profile;
      },
    },
    profile: ({ sub }) => ({ id: sub }),
  };
}

const claims = z.record(z.string(), z.unknown());

/** The claims of a token that was verified before. */
const payloadOf = (token: string): Record<string, unknown> =>
  claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));

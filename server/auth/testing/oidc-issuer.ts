import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

/** What the issuer says of a person; claims that are left out are not told. */
export type TestPerson = {
  readonly sub: string;
  readonly email?: string;
  readonly emailVerified?: unknown;
  readonly name?: string;
  readonly groups?: unknown;
};

export type TestIssuer = AsyncDisposable & {
  readonly issuer: string;
  /** From the next sign-in on. */
  setPerson(person: TestPerson): void;
};

/**
 * A real OpenID Connect provider on 127.0.0.1. Its sign-in page has a text box `login`, which takes a person's `sub`, and one
 * button; consent is given by itself. Groups are told with the scope `groups`.
 */
export async function openOidcIssuer(options: {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly people: readonly TestPerson[];
}): Promise<TestIssuer> {
  const people = new Map(options.people.map((person) => [person.sub, person]));
  let provider: Provider | undefined;
  const server = createServer((request, response) => {
    const [, uid] = /^\/interaction\/([\w-]+)$/.exec(request.url ?? '') ?? [];
    if (!provider) response.end();
    else if (uid) void interact(provider, { request, response, people });
    else provider.callback()(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = new Provider(issuer, configuration(options, people));
  return {
    issuer,
    setPerson: (person) => void people.set(person.sub, person),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configuration(
  { clientId, clientSecret, redirectUri }: { clientId: string; clientSecret: string; redirectUri: string },
  people: ReadonlyMap<string, TestPerson>,
) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: {
      openid: ['sub', '_claim_names'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => {
        const { email, emailVerified = true, name, groups } = people.get(sub) ?? { sub };
        return { sub, email, email_verified: emailVerified, name, groups };
      },
    }),
    // Nobody is asked whether the site may know who they are.
    async loadExistingGrant({ oidc }: { oidc: GrantContext }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
  };
}

type GrantContext = { provider: Provider; client: { clientId: string }; session: { accountId: string } };

type Interaction = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly people: ReadonlyMap<string, TestPerson>;
};

/** Shows the form, and takes whom it names without a password. */
async function interact(provider: Provider, { request, response, people }: Interaction): Promise<void> {
  const login = request.method === 'POST' ? new URLSearchParams(await text(request)).get('login') : null;
  if (login === null || !people.has(login)) {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(
      '<!doctype html><html lang="en"><title>Test issuer</title><h1>Test issuer</h1><form method="post">' +
        '<label>Login <input name="login" autofocus></label> <button type="submit">Continue</button></form></html>',
    );
    return;
  }
  const result = { login: { accountId: login } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

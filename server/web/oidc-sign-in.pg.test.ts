import { expect, it } from 'vitest';
import { memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { readSignIn } from '@/server/auth/sign-in/read-sign-in.ts';
import { removeSignIn } from '@/server/auth/sign-in/remove-sign-in.ts';
import { testSignIn } from '@/server/auth/sign-in/test-sign-in.ts';
import { writeSignIn } from '@/server/auth/sign-in/write-sign-in.ts';
import { openOidcIssuer, type TestPerson } from '@/server/auth/testing/oidc-issuer.ts';
import { inviteMember } from '@/server/members/invite-member.ts';
import { updateMember } from '@/server/members/update-member.ts';
import { openSite } from './testing/open-site.ts';

const CLIENT = { clientId: 'philotes', clientSecret: 'oidc-client-secret-canary' };
const ada: TestPerson = { sub: 'ada-1', email: 'ada@corp.com', name: 'Ada', groups: ['readers'] };

async function openSiteWithIssuer(people: readonly TestPerson[] = [ada]) {
  const site = await openSite();
  const redirectUri = `${site.origin}/api/auth/callback/oidc`;
  const issuer = await openOidcIssuer({ ...CLIENT, redirectUri, people });
  await writeSignIn(site.deps, SYSTEM_ACTOR, {
    name: 'Corp',
    issuer: issuer.issuer,
    ...CLIENT,
    scopes: 'openid email profile groups',
    allowedDomains: ['corp.com'],
    groupRoles: [
      { group: 'readers', role: 'viewer' },
      { group: 'platform', role: 'admin' },
      { group: 'owners', role: 'owner' },
    ],
  });
  return {
    ...site,
    issuer,
    browser: () => new Browser(site.origin),
    async [Symbol.asyncDispose]() {
      await issuer[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** As much of a browser as a sign-in takes: cookies of each host, and redirects one by one. */
class Browser {
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #origin: string;
  constructor(origin: string) {
    this.#origin = origin;
  }

  async go(url: string, init: { form?: Record<string, string> } = {}): Promise<Response> {
    const { host, origin } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), origin },
      ...(init.form ? { method: 'POST', body: new URLSearchParams(init.form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line) || /max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects until `until` is reached or there are no more; the address of the last one. */
  async follow(response: Response, from: string, until: (url: string) => boolean = () => false): Promise<string> {
    let url = from;
    for (let at = response; at.status >= 300 && at.status < 400; ) {
      url = new URL(at.headers.get('location') ?? '', url).href;
      if (until(url)) return url;
      at = await this.go(url);
    }
    return url;
  }

  cookies(): Map<string, string> {
    return this.#jars.get(new URL(this.#origin).host) ?? new Map();
  }

  /** Up to the callback, whose address it returns without going there. */
  async authenticate(sub: string, form: Record<string, string> = {}): Promise<string> {
    const start = `${this.#origin}/sign-in/oidc`;
    const isBack = (url: string) => url.startsWith(`${this.#origin}/`);
    const answer = await this.go(start, { form });
    if (answer.status === 303) return this.follow(answer, start, isBack);
    // A page without scripts sends the browser on: a redirect would fall under the form's own policy.
    const [, onward = ''] = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text()) ?? [];
    const issuerUrl = onward.replaceAll('&amp;', '&');
    const at = await this.follow(await this.go(issuerUrl), issuerUrl, isBack);
    if (isBack(at)) return at;
    return this.follow(await this.go(at, { form: { login: sub } }), at, isBack);
  }

  /** All the way; where it ended on our site, as a path. */
  async signIn(sub: string, form: Record<string, string> = {}): Promise<string> {
    return this.finish(await this.authenticate(sub, form));
  }

  async finish(callback: string): Promise<string> {
    const response = await this.go(callback);
    return (response.headers.get('location') ?? String(response.status)).replace(this.#origin, '');
  }

  async me(): Promise<unknown> {
    const response = await this.go(`${this.#origin}/api/v1/me`);
    return response.status === 200 ? response.json() : response.status;
  }
}

it('signs in with the role of a group, and back to the page that was asked for', async () => {
  await using site = await openSiteWithIssuer();
  const browser = site.browser();
  expect(await browser.signIn('ada-1', { callbackUrl: '/pipelines/pl_1?tab=tables' })).toBe(
    '/pipelines/pl_1?tab=tables',
  );
  expect(await browser.me()).toMatchObject({ email: 'ada@corp.com', role: 'viewer' });
  expect([...browser.cookies().keys()]).toEqual(['philotes-session']);
  const entries = await site.query('select actor, action, detail from audit_entry order by id');
  expect(entries).toMatchObject([
    { action: 'sign-in.update' },
    { action: 'member.enrol', detail: { email: 'ada@corp.com', role: 'viewer' } },
    { action: 'session.create', detail: { method: 'oidc', role: 'viewer' } },
  ]);
  expect(JSON.stringify(entries)).not.toContain(CLIENT.clientSecret);
});

it('goes to no other site after a sign-in', async () => {
  await using site = await openSiteWithIssuer();
  expect(await site.browser().signIn('ada-1', { callbackUrl: '//evil.example.com' })).toBe('/');
  const browser = site.browser();
  const callback = await browser.authenticate('ada-1');
  browser.cookies().set('philotes-return', encodeURIComponent('http://evil.example.com/'));
  expect(await browser.finish(callback)).toBe('/');
});

it('lets nobody in whom the rules leave out, and says why in one word', async () => {
  const people = [
    { ...ada, sub: 'unverified', emailVerified: false },
    { ...ada, sub: 'said-so', emailVerified: 'true' },
    { ...ada, sub: 'foreign', email: 'ada@corp.com.evil.io' },
    { ...ada, sub: 'sub-domain', email: 'ada@x.corp.com' },
    { ...ada, sub: 'unknown-group', groups: ['Readers', 'admins'] },
    { ...ada, sub: 'no-group', groups: undefined },
    { ...ada, sub: 'text-group', groups: 'readers' },
  ];
  await using site = await openSiteWithIssuer(people);
  for (const [sub, problem] of [
    ['unverified', 'email-not-verified'],
    ['said-so', 'email-not-verified'],
    ['foreign', 'domain'],
    ['sub-domain', 'domain'],
    ['unknown-group', 'no-role'],
    ['no-group', 'no-role'],
    ['text-group', 'no-role'],
  ] as const) {
    const browser = site.browser();
    expect([sub, await browser.signIn(sub)]).toEqual([sub, `/sign-in?problem=${problem}`]);
    expect(await browser.me()).toBe(401);
    // People have several accounts at a provider: the one who was refused learns which it was, and the address of the page does not.
    const { email } = people.find((person) => person.sub === sub) ?? ada;
    expect(browser.cookies().get('philotes-tried')).toBe(encodeURIComponent(email ?? ''));
  }
  expect(await site.query('select from member union all select from session')).toEqual([]);
});

it('takes a lost group away: the session ends, keys stop, and a group brings both back', async () => {
  await using site = await openSiteWithIssuer([{ ...ada, groups: ['platform'] }]);
  const browser = site.browser();
  await browser.signIn('ada-1');
  expect(await browser.me()).toMatchObject({ role: 'admin' });
  const [member] = await site.query<{ id: string }>('select id from member');
  const id = member?.id ?? '';
  await expect(updateMember(site.deps, SYSTEM_ACTOR, { id, role: 'owner' })).rejects.toThrow(/identity provider/);

  site.issuer.setPerson({ ...ada, groups: ['readers', 'others'] });
  const second = site.browser();
  await second.signIn('ada-1');
  expect([await browser.me(), await second.me()]).toMatchObject([401, { role: 'viewer' }]);

  site.issuer.setPerson({ ...ada, groups: ['others'] });
  expect(await site.browser().signIn('ada-1')).toBe('/sign-in?problem=no-role');
  expect(await second.me()).toBe(401);
  expect(await site.query('select disabled, without_role from member')).toEqual([
    { disabled: true, without_role: true },
  ]);

  site.issuer.setPerson(ada);
  const third = site.browser();
  await third.signIn('ada-1');
  expect(await third.me()).toMatchObject({ role: 'viewer' });

  await updateMember(site.deps, SYSTEM_ACTOR, { id, disabled: true });
  expect(await site.browser().signIn('ada-1')).toBe('/sign-in?problem=disabled');
});

it('keeps the last owner an owner whatever the groups say', async () => {
  await using site = await openSiteWithIssuer([{ ...ada, groups: ['owners'] }]);
  await site.browser().signIn('ada-1');
  site.issuer.setPerson({ ...ada, groups: [] });
  const browser = site.browser();
  expect(await browser.signIn('ada-1')).toBe('/');
  expect(await browser.me()).toMatchObject({ role: 'owner' });
});

it('knows people by issuer and subject, never by their address', async () => {
  await using site = await openSiteWithIssuer([
    ada,
    { ...ada, sub: 'ada-2' },
    { ...ada, sub: 'boss', email: 'boss@corp.com' },
  ]);
  await inviteMember(site.deps, SYSTEM_ACTOR, { email: 'boss@corp.com', role: 'owner' });
  expect(await site.browser().signIn('boss')).toBe('/sign-in?problem=email-taken');
  await site.browser().signIn('ada-1');
  expect(await site.browser().signIn('ada-2')).toBe('/sign-in?problem=email-taken');
  site.issuer.setPerson({ ...ada, email: 'ada.l@corp.com' });
  const browser = site.browser();
  await browser.signIn('ada-1');
  expect(await browser.me()).toMatchObject({ email: 'ada.l@corp.com' });
  site.issuer.setPerson({ ...ada, email: 'boss@corp.com' });
  await browser.signIn('ada-1');
  expect(await browser.me()).toMatchObject({ email: 'ada.l@corp.com', role: 'viewer' });
  expect(await site.query('select from member')).toHaveLength(2);
});

it('takes an answer of the issuer once, from the browser that asked, and for the question that was asked', async () => {
  await using site = await openSiteWithIssuer();
  const browser = site.browser();
  const callback = await browser.authenticate('ada-1');
  const kept = new Map(browser.cookies());
  expect(await site.browser().finish(callback)).toBe('/sign-in?problem=issuer');
  const forged = new URL(callback);
  forged.searchParams.set('state', 'x'.repeat(43));
  const other = site.browser();
  await other.authenticate('ada-1');
  expect(await other.finish(forged.href)).toBe('/sign-in?problem=issuer');
  expect(await browser.finish(callback)).toBe('/');
  expect(await browser.finish(callback)).toBe('/sign-in?problem=issuer');
  const replay = site.browser();
  await replay.go(`${site.origin}/sign-in`);
  for (const [name, value] of kept) replay.cookies().set(name, value);
  expect(await replay.finish(callback)).toBe('/sign-in?problem=issuer');
  expect(await replay.me()).toBe(401);
});

it('starts a new session at every sign-in and ends the one before', async () => {
  await using site = await openSiteWithIssuer();
  const browser = site.browser();
  await browser.signIn('ada-1');
  const first = browser.cookies().get('philotes-session') ?? '';
  await browser.signIn('ada-1');
  const old = await site.send('/api/v1/me', { headers: { Cookie: `philotes-session=${first}` } });
  expect([old.status, browser.cookies().get('philotes-session') === first]).toEqual([401, false]);
});

it('sends the browser to no issuer when it is off, does not answer, or says that it is another', async () => {
  await using site = await openSiteWithIssuer();
  const problem = async () => (await site.browser().authenticate('ada-1')).replace(site.origin, '');
  await site.query(`update oidc_setting set enabled = false`);
  expect(await problem()).toBe('/sign-in?problem=no-issuer');
  await site.query(`update oidc_setting set enabled = true, issuer = 'http://127.0.0.1:1'`);
  expect(await problem()).toBe('/sign-in?problem=issuer');
  const other = site.issuer.issuer.replace('127.0.0.1', 'localhost');
  await site.query(`update oidc_setting set issuer = $1`, [other]);
  expect(await problem()).toBe('/sign-in?problem=issuer');
  expect(await testSignIn(site.deps, SYSTEM_ACTOR, { issuer: other })).toMatchObject({
    ok: false,
    findings: [{ message: expect.stringMatching(/names another issuer/) }],
  });
  expect(await testSignIn(site.deps, SYSTEM_ACTOR, { issuer: site.issuer.issuer })).toMatchObject({ ok: true });
});

it('keeps the client secret sealed, and asks for it again for another issuer', async () => {
  await using site = await openSiteWithIssuer();
  const { oidc } = await readSignIn(site.deps, SYSTEM_ACTOR);
  if (!oidc) throw new Error('there is no issuer');
  expect(oidc).toMatchObject({ hasClientSecret: true, source: 'database' });
  const dump = await site.query(
    'select oidc_setting::text as row from oidc_setting union all select detail::text from audit_entry',
  );
  expect(JSON.stringify([dump, oidc])).not.toContain(CLIENT.clientSecret);
  const { source: _, hasClientSecret: __, updatedAt: ___, ...same } = oidc;
  await expect(writeSignIn(site.deps, SYSTEM_ACTOR, { ...same, issuer: 'https://evil.example.com' })).rejects.toThrow(
    /clientSecret: enter it again/,
  );
  await writeSignIn(site.deps, SYSTEM_ACTOR, { ...same, name: 'Corp Inc.' });
  expect(await site.browser().signIn('ada-1')).toBe('/');
  await expect(writeSignIn(site.deps, SYSTEM_ACTOR, same)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  const admin = memberActor({ id: 'mem_a', role: 'admin' }, null);
  await expect(removeSignIn(site.deps, admin)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await removeSignIn(site.deps, SYSTEM_ACTOR);
  expect((await site.browser().authenticate('ada-1')).replace(site.origin, '')).toBe('/sign-in?problem=no-issuer');
});

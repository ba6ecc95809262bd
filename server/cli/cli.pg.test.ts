import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { SCOPES } from '@/server/auth/scopes.ts';
import { openSite, type Site } from '@/server/web/testing/open-site.ts';
import { saveCredentials } from './session/credentials.ts';
import { openTerminal, type Terminal } from './testing/run-cli.ts';

const ALL = SCOPES.filter((scope) => scope !== 'profile:manage');
const SHOP = [
  '--host',
  'db.example.com',
  '--database',
  'shop',
  '--username',
  'reader',
  '--password-env',
  'SHOP_PASSWORD',
];

let site: Site;
let shell: Terminal;
beforeAll(async () => {
  site = await openSite();
  const key = await site.keyOf('owner', ALL);
  shell = openTerminal({ PHILOTES_URL: site.origin, PHILOTES_API_KEY: key, SHOP_PASSWORD: 'hunter2hunter2' });
});
afterAll(async () => {
  shell[Symbol.dispose]();
  await site[Symbol.asyncDispose]();
});

it('keeps what login was given for this user only, uses it, and forgets it', async () => {
  using home = openTerminal({});
  const key = await site.keyOf('viewer', ['source:read']);
  const wrong = await home.run(['login', '--url', site.origin, '--key-stdin'], {
    readInput: async () => 'phl_no_key\n',
  });
  expect([wrong.code, existsSync(join(home.folder, '.config/philotes/credentials.json'))]).toEqual([3, false]);
  expect(wrong.err).toMatch(/API key is unknown, has expired or was revoked.*\n +do {2}.*valid API key/);
  const away = ['login', '--url', 'http://127.0.0.1:9'];
  for (const words of [
    [...away, '--key-stdin'],
    [...away, '--email', 'owner@example.com'],
  ]) {
    const unheard = await home.run(words, { readInput: async () => 'secret' });
    expect([unheard.code, unheard.err]).toEqual([
      6,
      expect.stringMatching(/nothing answers at http:\/\/127\.0\.0\.1:9 .*--url/s),
    ]);
  }
  const right = await home.run(['login', '--url', site.origin], { ask: async () => key });
  expect([right.code, right.err]).toEqual([0, '']);
  expect(right.out).not.toContain(key);
  const path = join(home.folder, '.config/philotes/credentials.json');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await home.run(['whoami', '-o', 'json'])).json()).toMatchObject({ role: 'viewer' });
  const elsewhere = await home.run(['whoami', '--url', 'http://elsewhere.example.com']);
  expect([elsewhere.code, elsewhere.err]).toEqual([3, expect.stringContaining('nobody is signed in')]);
  expect((await home.run(['logout'])).code).toBe(0);
  expect((await home.run(['whoami'])).code).toBe(3);
});

it('creates, shows, changes and deletes, asking before what cannot be undone', async () => {
  const made = await shell.run(['source', 'create', 'crud', ...SHOP]);
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^Created source crud \(src_/)]);
  expect((await shell.run(['source', 'update', 'crud', '--username', 'other'])).code).toBe(0);
  expect((await shell.run(['source', 'get', 'crud', '-o', 'json'])).json()).toMatchObject({
    username: 'other',
    port: 5432,
  });
  const table = await shell.run(['source', 'list', '--search', 'crud']);
  expect(table.out.split('\n')[1]).toMatch(/^crud +db\.example\.com:5432\/shop +other +verify-full/);
  const unasked = await shell.run(['source', 'delete', 'crud']);
  expect([unasked.code, unasked.err]).toEqual([8, expect.stringContaining('--yes')]);
  expect((await shell.run(['source', 'delete', 'crud'], { ask: async () => 'n' })).code).toBe(8);
  expect((await shell.run(['source', 'delete', 'crud'], { ask: async () => 'y' })).code).toBe(0);
  expect((await shell.run(['source', 'get', 'crud'])).code).toBe(4);
});

it('ends with a code that says why, and the remedy on standard error', async () => {
  const usage = await shell.run(['source', 'create', 'x', '--hots', 'y']);
  expect([usage.code, usage.out]).toEqual([2, '']);
  expect(usage.err).toMatch(/--hots.*Did you mean --host/s);
  const field = await shell.run(['source', 'create', 'x', ...SHOP, '--port', '70000']);
  expect([field.code, field.err]).toEqual([2, expect.stringMatching(/port.*\n +do {2}\w/)]);
  const secret = await shell.run(['source', 'create', 'x', ...SHOP.slice(0, -1), 'NO_SUCH_VARIABLE']);
  expect([secret.code, secret.err]).toEqual([2, expect.stringContaining('NO_SUCH_VARIABLE is not set')]);
  const env = { PHILOTES_API_KEY: await site.keyOf('viewer', ['source:read']) };
  expect(
    (
      await shell.run(['source', 'create', 'x', ...SHOP], {
        env: { ...env, PHILOTES_URL: site.origin, SHOP_PASSWORD: 'x' },
      })
    ).code,
  ).toBe(3);
  const nobody = { PHILOTES_URL: 'http://127.0.0.1:9', PHILOTES_API_KEY: 'x' };
  expect((await shell.run(['source', 'list'], { env: nobody })).code).toBe(6);
}, 60_000);

it('says that a pipeline which may not start stays a draft, and who has its name', async () => {
  await using database = await openTestDatabase();
  await database.query('create table keyless (note text)');
  const { host, port, user, password, database: name } = database.connection;
  const where = [
    '--host',
    host,
    '--port',
    String(port),
    '--database',
    name,
    '--username',
    user,
    '--tls-mode',
    'disable',
  ];
  const env = { PHILOTES_URL: site.origin, PHILOTES_API_KEY: await site.keyOf('owner', ALL), DRAFT_PASSWORD: password };
  const run = (...args: string[]) => shell.run(args, { env });
  expect(await run('source', 'create', 'draft', ...where, '--password-env', 'DRAFT_PASSWORD')).toMatchObject({
    code: 0,
  });
  expect(await run('destination', 'create', 'draft')).toMatchObject({ code: 0 });
  const create = [
    '--source',
    'draft',
    '--destination',
    'draft',
    '--namespace',
    'draft',
    '--table',
    'keyless',
    '--start',
  ];
  const refused = await run('pipeline', 'create', 'draft', ...create);
  expect([refused.code, refused.out]).toEqual([5, expect.stringContaining('as a draft')]);
  expect(refused.err).toMatch(/draft stays a draft; .*philotes pipeline start draft.*PREFLIGHT_REFUSED/s);
  const again = await run('pipeline', 'create', 'draft', ...create);
  expect([again.code, again.err]).toEqual([5, expect.stringMatching(/another pipeline has this name.*NAME_TAKEN/s)]);
  const other = await run('pipeline', 'create', 'other', ...create);
  expect(other.err).toMatch(/pipeline draft writes draft\.keyless/);
}, 60_000);

it('prints an empty list as nothing, JSON as JSON, and colours on terminals only', async () => {
  const empty = await shell.run(['pipeline', 'list', '--search', 'nothing like it']);
  expect([empty.code, empty.out, empty.err]).toEqual([0, '', 'no pipelines']);
  expect((await shell.run(['pipeline', 'list', '--search', 'nothing like it', '-o', 'json'])).json()).toEqual([]);
  const list = ['api-key', 'list'];
  expect((await shell.run(list)).out).not.toContain('\u001b');
  expect((await shell.run(list, { isTerminal: true })).out).toContain('\u001b[');
  expect(
    (
      await shell.run(list, {
        isTerminal: true,
        env: { NO_COLOR: '1', PHILOTES_URL: site.origin, PHILOTES_API_KEY: await site.keyOf('owner', ALL) },
      })
    ).out,
  ).not.toContain('\u001b');
});

it('makes keys and invitations whose secret is all that standard output holds', async () => {
  // Keys make no keys: a person does, signed in with a password.
  using shell = openTerminal({});
  saveCredentials({ HOME: shell.folder }, { url: site.origin, cookie: await site.cookieOf('owner') });
  const key = await shell.run(['api-key', 'create', 'ci', '--scope', 'pipeline:read', '--expires-in-days', '7']);
  expect([key.code, key.out]).toEqual([0, expect.stringMatching(/^phl_\S+$/)]);
  const near = await shell.run(['api-key', 'create', 'ci2', '--scope', 'pipelines:read']);
  expect([near.code, near.err]).toEqual([2, expect.stringContaining('Did you mean pipeline:read?')]);
  expect((await shell.run(['api-key', 'revoke', 'ci', '--yes'])).code).toBe(0);
  const invited = await shell.run(['member', 'invite', 'ada@example.com', '--role', 'operator']);
  expect([invited.code, invited.out]).toEqual([0, expect.stringMatching(/^http\S+$/)]);
  expect((await shell.run(['audit', 'list', '--action', 'member.invite', '-o', 'json'])).json()).toHaveLength(1);
  expect((await shell.run(['audit', 'verify'])).out).toMatch(/entries are as they were written/);
});

it('completes commands in shells', async () => {
  const { out } = await shell.run(['completion', 'bash']);
  expect(out).toContain('"pipeline") words="list get status create');
  expect((await shell.run(['completion', 'fish'])).out).toContain(
    "-n '__fish_seen_subcommand_from dead-letter' -a replay",
  );
  expect((await shell.run(['completion', 'tcsh'])).code).toBe(2);
});

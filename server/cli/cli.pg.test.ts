// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how resources name variables.
import { existsSync, readFileSync, statSync } from 'node:fs';
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

it('applies an export on an empty installation, starts what ran, and has nothing to do the second time', async () => {
  await using first = await openSite();
  await using second = await openSite();
  await using shop = await openTestDatabase();
  await shop.query('create table shop_orders (id int primary key, total numeric(10,2))');
  const { host, port, user, password, database } = shop.connection;
  const variables = { SOURCE_SHOP_PASSWORD: password, SHOP_PASSWORD: password };
  using one = openTerminal({
    PHILOTES_URL: first.origin,
    PHILOTES_API_KEY: await first.keyOf('owner', ALL),
    ...variables,
  });
  using other = openTerminal({
    PHILOTES_URL: second.origin,
    PHILOTES_API_KEY: await second.keyOf('owner', ALL),
    ...variables,
  });

  const where = ['--host', host, '--port', String(port), '--database', database, '--username', user];
  await one.run(['source', 'create', 'shop', ...where, '--password-env', 'SHOP_PASSWORD', '--tls-mode', 'disable']);
  await one.run(['destination', 'create', 'lake']);
  const made = ['pipeline', 'create', 'shop', '--source', 'shop', '--destination', 'lake', '--namespace', 'shop'];
  const created = await one.run([...made, '--table', 'shop_orders:both', '--setting', 'batchAgeMsMax=700', '--start']);
  expect([created.code, created.err]).toEqual([0, '']);
  await one.run(['pipeline', 'update', 'shop', '--schema-policy', 'column-dropped=pause']);
  const policy = ['--schema-policy', 'column-added=ignore', '--schema-policy', 'column-renamed=pause'];
  expect((await one.run(['table', 'update', 'shop', 'shop_orders', ...policy])).err).toBe('');
  expect((await one.run(['table', 'update', 'shop', 'shop_orders', '--schema-policy', 'added=no'])).code).toBe(2);
  expect((await one.run(['table', 'update', 'shop', 'shop_orders', '--column', 'total=secret'])).code).toBe(2);
  const ruled = await one.run(['table', 'update', 'shop', 'shop_orders', '--column', 'total=truncate(2)', '--yes']);
  expect([ruled.code, ruled.err]).toEqual([0, '']);
  expect((await one.run(['table', 'update', 'shop', 'shop_orders', '--where', 'id'])).code).toBe(2);
  const unfit = await one.run(['table', 'update', 'shop', 'shop_orders', '--where', 'none = 1', '--yes']);
  expect([unfit.code, unfit.err]).toEqual([expect.any(Number), expect.stringContaining('no column none')]);
  // What cannot be is told before anybody is asked about it.
  const unasked = async () => expect.fail('asked');
  const invalid = await one.run(['table', 'update', 'shop', 'shop_orders', '--where', 'none = 1'], { ask: unasked });
  expect(invalid.err).toContain('no column none');
  const last = await one.run(['table', 'remove', 'shop', 'shop_orders'], { ask: unasked });
  expect([last.code, last.err]).toEqual([5, expect.stringContaining("the pipeline's last one")]);
  const used = await one.run(['source', 'delete', 'shop'], { ask: unasked });
  expect([used.code, used.err]).toEqual([5, expect.stringContaining('delete them first: shop')]);
  const filtered = await one.run(['table', 'update', 'shop', 'shop_orders', '--where', 'id >= 0', '--yes']);
  expect([filtered.code, filtered.err]).toEqual([0, '']);
  expect((await one.run(['table', 'schema', 'shop', '--waiting'])).err).toBe('nothing waits');

  const { out: exported } = await one.run(['export']);
  expect(exported).toContain('settings:\n    batchAgeMsMax: 700\n');
  expect(exported).not.toMatch(
    /port: 5432$|tlsMode: verify|mirror|onDelete|otherColumns|policies|lakeName|pathStyle|storage|batchRowsMax/m,
  );
  const { out: full } = await one.run(['export', '--full']);
  expect(full).toMatch(/batchRowsMax: 200000/);
  expect(full).toMatch(/mirror: true.*onDelete: apply.*lakeName: shop_orders/s);
  const whole = other.write('full.yaml', full);
  const file = other.write('resources.yaml', exported);
  expect(readFileSync(join(other.folder, file), 'utf8')).not.toContain(password);
  const planned = await other.run(['plan', '-f', file, '--exit-code']);
  expect([planned.code, planned.out]).toEqual([10, expect.stringContaining('3 to create, 0 to change, 0 to delete')]);
  const applied = await other.run(['apply', '-f', file]);
  expect([applied.code, applied.out]).toEqual([0, expect.stringContaining('Applied 3 changes')]);
  expect((await other.run(['pipeline', 'get', 'shop', '-o', 'json'])).json()).toMatchObject({
    desiredState: 'running',
    settings: { batchAgeMsMax: 700 },
    schemaPolicy: { 'column-dropped': 'pause' },
    tables: [{ schema: 'public', table: 'shop_orders', mirror: true, changelog: true, lakeName: 'shop_orders' }],
  });
  expect((await other.run(['table', 'get', 'shop', 'shop_orders', '-o', 'json'])).json()).toMatchObject({
    schemaPolicy: { 'column-added': 'ignore', 'column-renamed': 'pause' },
    columns: { total: { truncate: 2 } },
    otherColumns: 'carry',
    where: [{ column: 'id', operator: '>=', value: '0' }],
  });
  const before = await second.query('select count(*)::int as entries from audit_entry');
  const again = await other.run(['apply', '-f', file]);
  expect([again.code, again.out]).toEqual([0, expect.stringMatching(/3 as described\nNothing to do/)]);
  expect(await second.query('select count(*)::int as entries from audit_entry')).toEqual(before);
  for (const same of [file, whole]) expect((await other.run(['plan', '-f', same, '--exit-code'])).code).toBe(0);
});

it('shows a changed secret without it, deletes only on request, and refuses what cannot be meant', async () => {
  await using empty = await openSite();
  const key = await empty.keyOf('owner', ALL);
  using home = openTerminal({ PHILOTES_URL: empty.origin, PHILOTES_API_KEY: key, SHOP_PASSWORD: 'first-secret' });
  const source = (password: string) =>
    `apiVersion: philotes/v1\nkind: Source\nname: shop\nspec:\n  host: db.example.com\n  database: shop\n  username: reader\n  password: ${password}\n`;
  const file = home.write(
    'a.yaml',
    `${source('${SHOP_PASSWORD}')}---\napiVersion: philotes/v1\nkind: Destination\nname: lake\nspec: {}\n`,
  );
  expect((await home.run(['apply', '-f', file])).code).toBe(0);
  const env = { PHILOTES_URL: empty.origin, PHILOTES_API_KEY: key, SHOP_PASSWORD: 'second-secret' };
  const plan = await home.run(['plan', '-f', file], { env });
  expect(plan.out).toMatch(/~ Source shop\n {4}password \(secret\)\n/);
  expect(plan.out + plan.err).not.toContain('-secret');
  expect((await home.run(['apply', '-f', file], { env })).code).toBe(0);
  expect((await home.run(['plan', '-f', file, '--exit-code'], { env })).code).toBe(0);

  const unset = { PHILOTES_URL: empty.origin, PHILOTES_API_KEY: key, SHOP_PASSWORD: '' };
  expect((await home.run(['plan', '-f', file, '--exit-code'], { env: unset })).code).toBe(0);
  home.write('renamed.yaml', source('${SHOP_PASSWORD}').replace('username: reader', 'username: other'));
  expect((await home.run(['apply', '-f', 'renamed.yaml'], { env: unset })).code).toBe(0);
  expect((await home.run(['apply', '-f', file], { env })).out).toMatch(/username: other -> reader/);
  home.write('moved.yaml', source('${SHOP_PASSWORD}').replace('db.example.com', 'elsewhere.example.com'));
  const moved = await home.run(['apply', '-f', 'moved.yaml'], { env: unset });
  expect([moved.code, moved.err]).toEqual([12, expect.stringMatching(/SHOP_PASSWORD is not set/)]);

  home.write('only.yaml', source('${SHOP_PASSWORD}'));
  expect((await home.run(['apply', '-f', 'only.yaml', '--prune'], { env })).code).toBe(8);
  expect((await home.run(['apply', '-f', 'only.yaml', '--prune', '--yes'], { env })).out).toMatch(/- Destination lake/);
  expect((await home.run(['destination', 'list', '-o', 'json'])).json()).toEqual([]);

  home.write(
    'wrong.yaml',
    `${source('hunter2')}---\n${source('${NOT_SET}').replace('shop', 'b')}---\n${source('${SHOP_PASSWORD}').replace('username', 'usernam').replace('name: shop', 'name: c')}`,
  );
  const wrong = await home.run(['apply', '-f', 'wrong.yaml']);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toMatch(/wrong\.yaml:8: Source shop: spec\.password is a secret in plain text/);
  expect(wrong.err).toMatch(/Source c: .*usernam: is not a field; did you mean username\?/);
  expect(wrong.err).not.toContain('hunter2');
  home.write('new.yaml', source('${NOT_SET}').replace('name: shop', 'name: b'));
  const made = await home.run(['apply', '-f', 'new.yaml']);
  expect([made.code, made.err]).toEqual([12, expect.stringMatching(/NOT_SET is not set/)]);
});

it('completes commands in shells', async () => {
  const { out } = await shell.run(['completion', 'bash']);
  expect(out).toContain('"pipeline") words="list get status create');
  expect((await shell.run(['completion', 'fish'])).out).toContain(
    "-n '__fish_seen_subcommand_from dead-letter' -a replay",
  );
  expect((await shell.run(['completion', 'tcsh'])).code).toBe(2);
});

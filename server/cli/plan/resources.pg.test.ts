// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how resources name variables.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { SCOPES } from '@/server/auth/scopes.ts';
import { openSite } from '@/server/web/testing/open-site.ts';
import { openTerminal } from '../testing/run-cli.ts';

const ALL = SCOPES.filter((scope) => scope !== 'profile:manage');

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

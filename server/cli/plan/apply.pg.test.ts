// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how resources name variables.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { SCOPES, type Scope } from '@/server/auth/scopes.ts';
import { openSite, type Site } from '@/server/web/testing/open-site.ts';
import { openTerminal, type Terminal } from '../testing/run-cli.ts';

const ALL = SCOPES.filter((scope) => scope !== 'profile:manage');

let site: Site;
let shop: Awaited<ReturnType<typeof openTestDatabase>>;
let shell: Terminal;
beforeAll(async () => {
  site = await openSite();
  shop = await openTestDatabase();
  await shop.query('create table orders (id int primary key, note text)');
  await shop.query('create table items (id int primary key)');
  shell = openTerminal({
    PHILOTES_URL: site.origin,
    PHILOTES_API_KEY: await site.keyOf('owner', ALL),
    SHOP_PASSWORD: shop.connection.password,
  });
  const base = shell.write('base.yaml', [source(), DESTINATION, pipeline('shop')].join('---\n'));
  const made = await shell.run(['apply', '-f', base]);
  expect([made.code, made.err]).toEqual([0, expect.stringContaining('done      Pipeline shop: create')]);
  // As if it ran, with its tables in the lake.
  await site.query(`update pipeline_table set state = 'live', is_joined = true`);
  await site.query(`update pipeline set state = 'running', desired_state = 'running'`);
});
afterAll(async () => {
  shell[Symbol.dispose]();
  await shop[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

function source(): string {
  const { host, port, database, user } = shop.connection;
  const where = `host: "${host}", port: ${port}, database: ${database}, username: ${user}, tlsMode: disable`;
  return `apiVersion: philotes/v1\nkind: Source\nname: shop\nspec: { ${where}, password: "\${SHOP_PASSWORD}" }\n`;
}
const DESTINATION = 'apiVersion: philotes/v1\nkind: Destination\nname: lake\nspec: {}\n';

type Wanted = { from?: string; settings?: string; orders?: string; more?: string; namespace?: string };
const pipeline = (name: string, wanted: Wanted = {}): string => {
  const { from = 'shop', settings = '{}', orders = '', more = '', namespace = name } = wanted;
  return `apiVersion: philotes/v1
kind: Pipeline
name: ${name}
spec:
  source: ${from}
  destination: lake
  namespace: ${namespace}
  settings: ${settings}
  tables:
    - { schema: public, table: orders${orders} }
    - { schema: public, table: items }
${more}`;
};

/** What anybody could have changed. */
const state = () =>
  site.query(`select (select jsonb_agg(to_jsonb(p) order by p.id) from pipeline p) as pipelines,
    (select jsonb_agg(to_jsonb(t) order by t.id) from pipeline_table t) as tables,
    (select jsonb_agg(to_jsonb(e) order by e.id) from audit_entry e) as entries`);

it('asks before a table is copied again, and the plan says that it is', async () => {
  const change = { orders: ', columns: { note: exclude }', settings: '{ batchAgeMsMax: 700 }' };
  const file = shell.write('copy.yaml', pipeline('shop', change));
  const before = await state();
  const plan = await shell.run(['plan', '-f', file]);
  expect([plan.code, plan.out]).toEqual([0, expect.stringContaining('copies again public.orders')]);
  const unasked = await shell.run(['apply', '-f', file]);
  expect([unasked.code, unasked.err]).toEqual([
    8,
    expect.stringMatching(/copies again public\.orders of shop.*--yes/s),
  ]);
  expect(await state()).toEqual(before);
  const applied = await shell.run(['apply', '-f', file, '--yes']);
  expect([applied.code, applied.err]).toEqual([
    0,
    'done      Pipeline shop: settings\ndone      Pipeline shop: table public.orders',
  ]);
});

it('asks before a table is taken out of its pipeline', async () => {
  const file = shell.write('fewer.yaml', pipeline('shop', {}).replace(/^.*table: items.*\n/m, ''));
  const before = await state();
  const plan = await shell.run(['plan', '-f', file]);
  expect(plan.out).toContain('    - table public.items (mirror, in the lake items)');
  const unasked = await shell.run(['apply', '-f', file]);
  expect([unasked.code, unasked.err]).toEqual([8, expect.stringMatching(/takes public\.items out of shop.*--yes/s)]);
  expect(await state()).toEqual(before);
});

it.each([
  ['a table that the source does not have', { more: '    - { schema: public, table: nowhere }\n' }, /public\.nowhere/],
  ['a rule for a column that is not there', { orders: ', columns: { nowhere: hash }' }, /nowhere/],
  [
    'a lake name that is taken',
    { more: '    - { schema: public, table: x, lakeName: items }\n' },
    /public\.x|lakeName/,
  ],
  ['another namespace', { namespace: 'other' }, /namespace is fixed/],
])('does nothing at all where one thing cannot be: %s', async (_, wanted, reason) => {
  const file = shell.write('wrong.yaml', pipeline('shop', { settings: '{ batchAgeMsMax: 900 }', ...wanted }));
  const before = await state();
  for (const words of [['plan'], ['apply', '--yes']]) {
    const ran = await shell.run([...words, '-f', file]);
    expect([ran.code, ran.err]).toEqual([12, expect.stringMatching(reason)]);
    expect(ran.out).toContain('impossible');
  }
  expect(await state()).toEqual(before);
});

it('refuses a new pipeline whose source or whose tables are nowhere', async () => {
  const before = await state();
  for (const [wanted, reason] of [
    [{ from: 'nobody' }, /there is no source nobody, and no file describes it/],
    [{ more: '    - { schema: public, table: nowhere }\n' }, /public\.nowhere/],
  ] as const) {
    const ran = await shell.run(['apply', '-f', shell.write('new.yaml', pipeline('new', wanted))]);
    expect([ran.code, ran.err]).toEqual([12, expect.stringMatching(reason)]);
  }
  expect(await state()).toEqual(before);
});

it('asks for every right before the first write', async () => {
  const rights: Scope[] = ['source:read', 'destination:read', 'pipeline:read', 'pipeline:write'];
  const env = { PHILOTES_URL: site.origin, SHOP_PASSWORD: 'x', PHILOTES_API_KEY: await site.keyOf('admin', rights) };
  const before = await site.query('select settings from pipeline');
  const change = { settings: '{ batchAgeMsMax: 901 }', more: '  state: paused\n' };
  const ran = await shell.run(['apply', '-f', shell.write('state.yaml', pipeline('shop', change)), '--yes'], { env });
  expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('pipeline:operate')]);
  expect(await site.query('select settings from pipeline')).toEqual(before);
});

it('changes a table that is in the lake by itself while the pipeline is at rest, and the list beside it', async () => {
  await site.query(`update pipeline set desired_state = 'stopped', state = 'stopped'`);
  await shop.query('create table refunds (id int primary key)');
  const change = {
    orders: ', columns: { note: hash }, onDelete: soft',
    more: '    - { schema: public, table: refunds }\n',
  };
  const file = shell.write('rest.yaml', pipeline('shop', change));
  expect((await shell.run(['plan', '-f', file])).out).toMatch(
    /^ {4}\+ table public\.refunds \(mirror, in the lake refunds/m,
  );
  const applied = await shell.run(['apply', '-f', file, '--yes']);
  expect([applied.code, applied.err]).toEqual([
    0,
    'done      Pipeline shop: tables\ndone      Pipeline shop: table public.orders',
  ]);
  expect((await shell.run(['table', 'list', 'shop', '-o', 'json'])).json()).toMatchObject([
    { table: 'items' },
    { table: 'orders', requested: 'resync' },
    { table: 'refunds' },
  ]);
});

it('says what was done and what not when something fails on the way', async () => {
  // That the source does not answer is found by the start alone.
  await site.query(`update pipeline set desired_state = 'stopped', state = 'stopped'`);
  await site.query('update source set port = 1');
  await site.query(`delete from pipeline_table where source_table = 'refunds'`);
  const change = { settings: '{ batchAgeMsMax: 950 }', more: '  state: paused\n' };
  const ran = await shell.run(['apply', '-f', shell.write('half.yaml', pipeline('shop', change)), '--yes']);
  expect(ran.code).not.toBe(0);
  expect(ran.err.split('\n').slice(0, 4)).toEqual([
    'done      Pipeline shop: settings',
    'failed    Pipeline shop: start',
    'not done  Pipeline shop: pause',
    'What is said to be done stays; apply again when the reason is gone.',
  ]);
});

import { expect, it } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { SCOPES } from '@/server/auth/scopes.ts';
import { openSite } from '@/server/web/testing/open-site.ts';
import { openTerminal } from '../testing/run-cli.ts';

it('deletes a pipeline whose source is gone for good, also after a delete, and prints what may be left there', async () => {
  await using site = await openSite();
  await using shop = await openTestDatabase();
  await shop.query('create table orders (id int primary key)');
  const { host, port, user, password, database } = shop.connection;
  const key = await site.keyOf(
    'owner',
    SCOPES.filter((scope) => scope !== 'profile:manage'),
  );
  using shell = openTerminal({ PHILOTES_URL: site.origin, PHILOTES_API_KEY: key, SHOP_PASSWORD: password });
  const where = ['--host', host, '--port', String(port), '--database', database, '--username', user];
  await shell.run(['source', 'create', 'shop', ...where, '--password-env', 'SHOP_PASSWORD', '--tls-mode', 'disable']);
  await shell.run(['destination', 'create', 'lake']);
  const into = ['--source', 'shop', '--destination', 'lake', '--namespace', 'shop', '--table', 'orders', '--start'];
  expect((await shell.run(['pipeline', 'create', 'shop', ...into])).err).toBe('');
  expect((await shell.run(['pipeline', 'deletions'])).err).toBe('no pipeline is being deleted');

  const forget = ['pipeline', 'delete', 'shop', '--forget-source'];
  expect((await shell.run(forget)).code).toBe(8);
  expect((await shell.run(['pipeline', 'delete', 'shop', '--yes'])).code).toBe(0);
  expect((await shell.run(['pipeline', 'deletions'])).out).toMatch(/^shop +pl_\w+ +shop +2/m);
  expect((await shell.run(['pipeline', 'delete', 'shop', '--yes'])).code).toBe(4);

  const forgotten = await shell.run([...forget, '--yes']);
  expect([forgotten.code, forgotten.err]).toEqual([0, '']);
  expect(forgotten.out).toMatch(/pg_drop_replication_slot.*\nDROP PUBLICATION IF EXISTS philotes_\w+;$/);
  expect((await shell.run(['pipeline', 'deletions'])).out).toMatch(/^shop +pl_\w+ +shop \(forgotten\)/m);
  expect((await shell.run([...forget, '--yes', '-o', 'json'])).json()).toMatchObject({
    slot: expect.stringMatching(/^philotes_/),
  });
});

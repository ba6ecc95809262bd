import { expect, it } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { preflight } from '@/server/postgres/preflight.ts';
import { sourceSetupSql } from './setup-sql.ts';
import { SETUP_PROVIDERS } from './setup-steps.ts';

it('makes a role that may do what a pipeline needs, whatever its names are', async () => {
  await using db = await openTestDatabase();
  const { database } = db.connection;
  const role = `a "reader" of ${database}`.slice(0, 63);
  const owner = `owner_${database}`;
  await db.query(`create role ${owner}; create schema "Shop"; alter schema "Shop" owner to ${owner}`);
  await db.query(`create table "Shop".orders (id int primary key); alter table "Shop".orders owner to ${owner}`);
  try {
    const { items } = await sourceSetupSql({}, SYSTEM_ACTOR, {
      provider: 'postgresql',
      database,
      role,
      owner,
      schemas: ['Shop'],
    });
    for (const { sql } of items[0]?.steps.slice(1) ?? []) if (sql !== null) await db.query(sql);
    const connection = {
      ...db.connection,
      user: role,
      password: 'choose-a-password',
      tls: { mode: 'disable' as const },
    };
    const tables = [{ schema: 'Shop', table: 'orders', mode: 'mirror' as const }];
    const findings = await preflight(connection, { applicationName: 'test setup', tables });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  } finally {
    await db.query(`drop owned by "${role.replaceAll('"', '""')}" cascade; drop role "${role.replaceAll('"', '""')}"`);
    await db.query(`drop owned by ${owner} cascade; drop role ${owner}`);
  }
});

it('has a text for every service, with all its statements in order', async () => {
  const { items } = await sourceSetupSql({}, SYSTEM_ACTOR, { database: 'shop' });
  expect(items.map(({ provider }) => provider)).toEqual(SETUP_PROVIDERS);
  for (const { steps, sql } of items) {
    expect(sql).toBe(steps.flatMap((step) => (step.optional ? [] : (step.sql ?? []))).join('\n\n'));
    expect(sql).toMatch(/CREATE ROLE "philotes" LOGIN/);
    expect(sql).not.toMatch(/SUPERUSER/);
  }
});

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer, text } from 'node:stream/consumers';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, it } from 'vitest';
import { type Database, openDatabase } from '@/db/client.ts';
import { auditEntry } from '@/db/schema/identity.ts';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import { type Actor, memberActor, SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { audited } from './audited.ts';
import { downloadAudit } from './download-audit.ts';
import { listAudit } from './list-audit.ts';
import { verifyAudit } from './verify-audit.ts';

const viewer = memberActor({ id: 'mem_viewer', role: 'viewer' }, '203.0.113.9');

async function openLog() {
  const test = await openTestDatabase({ migrated: true });
  const database = openDatabase(test.url);
  const change = (actor: Actor, action: string) => ({ actor, scope: 'pipeline:write', action }) as const;
  return {
    database,
    query: test.query,
    urlAs: (user: string, password: string) => {
      const { host, port, database: name } = test.connection;
      return `postgres://${user}:${password}@${host}:${port}/${name}`;
    },
    do: (action: string, deed: { subject?: string; detail?: Record<string, unknown> } = {}) =>
      audited(database, change(SYSTEM_ACTOR, action), async () => ({ result: 0, subject: 'pl_1', ...deed })),
    refuse: (action: string) =>
      audited(database, change(viewer, action), async () => ({ result: 0, subject: '' })).catch(() => undefined),
    async [Symbol.asyncDispose]() {
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

const disposable = (database: Database) => ({ ...database, [Symbol.asyncDispose]: () => database.close() });

/** What somebody with all rights on the database could do to the log. */
const tamper = async (log: Awaited<ReturnType<typeof openLog>>, sql: string) => {
  await log.query('alter table audit_entry disable trigger user');
  await log.query(sql);
  await log.query('alter table audit_entry enable trigger user');
};

it('refuses to change, remove or empty the log', async () => {
  await using log = await openLog();
  await log.do('pipeline.start');
  for (const sql of [
    `update audit_entry set actor = 'x'`,
    'delete from audit_entry',
    'truncate audit_entry',
    `insert into audit_entry (id, actor, action, subject) values (1, 'x', 'y', 'z') on conflict (id) do update set actor = 'x'`,
  ]) {
    await expect(log.query(sql)).rejects.toThrow(/append-only/);
  }
});

it('belongs to another role where the operator wants that: entries are added and read, and no right is left for more', async () => {
  await using log = await openLog();
  const app = `app_${randomBytes(4).toString('hex')}`;
  await log.query(`create role ${app} login password 'x'`);
  try {
    // A trusted extension of the server's rights: all that the one role had before, but for the log.
    await log.query(`grant usage, create on schema public to ${app}`);
    await log.query(`grant select, insert, update, delete on all tables in schema public to ${app}`);
    await log.query(`revoke all on audit_entry from ${app}`);
    const script = await readFile('scripts/database/protect-audit.sql', 'utf8');
    await log.query(script.replaceAll(':"app"', app));
    await using database = disposable(openDatabase(log.urlAs(app, 'x')));
    const change = { actor: SYSTEM_ACTOR, scope: 'pipeline:write', action: 'pipeline.start' } as const;
    await audited(database, change, async () => ({ result: 0, subject: 'pl_1' }));
    expect(await verifyAudit({ database }, SYSTEM_ACTOR)).toMatchObject({ ok: true, entries: 1 });
    for (const sql of [
      `update audit_entry set actor = 'x'`,
      'delete from audit_entry',
      'truncate audit_entry',
      'alter table audit_entry disable trigger all',
      'drop table audit_entry',
      'create or replace function audit_entry_refuse_change() returns trigger language plpgsql as $$ begin return null; end $$',
    ]) {
      await expect(database.pool.query(sql), sql).rejects.toThrow(/permission denied|must be owner/);
    }
  } finally {
    await log.query(`drop owned by ${app}`);
    await log.query(`drop role ${app}`);
  }
});

it('chains entries in one row, also those written at the same moment', async () => {
  await using log = await openLog();
  await Promise.all(Array.from({ length: 40 }, (_, n) => log.do(`pipeline.act-${n}`)));
  const verdict = await verifyAudit(log, SYSTEM_ACTOR);
  expect(verdict).toMatchObject({ ok: true, entries: 40, broken: null });
  const forged = log.database.db.insert(auditEntry).values({
    id: 1n,
    actor: 'system',
    action: 'x',
    subject: 'y',
    at: '2001-01-01T00:00:00Z',
    hash: Buffer.from('00'),
  });
  await forged;
  expect(await verifyAudit(log, SYSTEM_ACTOR)).toMatchObject({ ok: true, entries: 41 });
  const ordered = await log.query('select from audit_entry a join audit_entry b on a.id < b.id and a.at > b.at');
  expect(ordered).toEqual([]);
});

it('shows an entry that was changed, one that is gone, and a log that was cut', async () => {
  await using log = await openLog();
  for (const n of [1, 2, 3, 4]) await log.do(`pipeline.act-${n}`, { detail: { n, text: 'ü "quoted" \\ \u0001' } });
  const { head } = await verifyAudit(log, SYSTEM_ACTOR);
  const ids = (await log.query<{ id: string }>('select id::text from audit_entry order by id')).map(({ id }) => id);
  await tamper(log, `update audit_entry set detail = '{"n": 7}' where id = ${ids[1]}`);
  expect((await verifyAudit(log, SYSTEM_ACTOR)).broken).toEqual({ id: ids[1], reason: 'changed' });
  await tamper(log, `delete from audit_entry where id = ${ids[1]}`);
  expect((await verifyAudit(log, SYSTEM_ACTOR)).broken).toEqual({ id: ids[2], reason: 'gap' });
  await tamper(log, `delete from audit_entry where id > ${ids[0]}`);
  expect(await verifyAudit(log, SYSTEM_ACTOR)).toMatchObject({ ok: true, entries: 1 });
  const known = await verifyAudit(log, SYSTEM_ACTOR, head ? { head } : {});
  expect(known.broken).toEqual({ id: ids[3], reason: 'head missing' });
});

it('keeps no entry of a change that failed, and no change without its entry', async () => {
  await using log = await openLog();
  const change = { actor: SYSTEM_ACTOR, scope: 'member:manage', action: 'member.fail' } as const;
  const failed = audited(log.database, change, async (tx) => {
    await tx.execute(`insert into member (id, email, role) values ('mem_x', 'x@example.com', 'viewer')`);
    throw new Error('too late');
  });
  await expect(failed).rejects.toThrow('too late');
  expect(await log.query('select from member union all select from audit_entry')).toEqual([]);
});

it('finds entries by who, what, when, and words in them', async () => {
  await using log = await openLog();
  await log.query(`insert into member (id, email, role) values ('mem_viewer', 'vi@example.com', 'viewer')`);
  await log.do('pipeline.start', { detail: { note: 'Night shift 100%' } });
  await log.do('pipeline.stop', { subject: 'pl_2' });
  await log.do('source.create', { subject: 'src_1' });
  await log.refuse('pipeline.stop');
  const actions = async (wish: Parameters<typeof listAudit>[2]) =>
    (await listAudit(log, SYSTEM_ACTOR, wish)).items.map(({ action }) => action);
  expect(await actions({})).toEqual(['pipeline.stop', 'source.create', 'pipeline.stop', 'pipeline.start']);
  expect(await actions({ action: 'pipeline.', sort: 'at' })).toEqual([
    'pipeline.start',
    'pipeline.stop',
    'pipeline.stop',
  ]);
  expect(await actions({ action: 'pipeline.stop', refused: false })).toEqual(['pipeline.stop']);
  expect(await actions({ search: 'SHIFT 100%' })).toEqual(['pipeline.start']);
  expect(await actions({ search: '100_' })).toEqual([]);
  expect(await actions({ subject: 'src_1' })).toEqual(['source.create']);
  expect(await actions({ to: '2020-01-01T00:00:00Z' })).toEqual([]);
  const refused = await listAudit(log, SYSTEM_ACTOR, { actor: 'member:mem_viewer', search: 'vi@exa' });
  expect(refused.items).toMatchObject([
    { refused: true, actorName: 'vi@example.com', subject: 'pipeline:write', address: '203.0.113.9' },
  ]);
  const first = await listAudit(log, SYSTEM_ACTOR, { limit: 3 });
  const rest = await listAudit(log, SYSTEM_ACTOR, { limit: 3, cursor: first.nextCursor ?? '' });
  expect(rest.items.map(({ action }) => action)).toEqual(['pipeline.start']);
  await expect(listAudit(log, viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('downloads the same entries as CSV and as Parquet, with its own download on record', async () => {
  await using log = await openLog();
  await log.do('pipeline.start', { subject: '=HYPERLINK("http://evil.example.com")', detail: { note: 'ü' } });
  await log.query(
    `insert into audit_entry (actor, action, subject) select 'system', 'pipeline.act', 'pl_' || n from generate_series(1, 2500) n`,
  );
  const csv = await downloadAudit(log, SYSTEM_ACTOR, { format: 'csv', action: 'pipeline.' });
  const lines = (await text(csv.body)).split('\r\n');
  expect(lines).toHaveLength(2503);
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example.com"")"`);
  const parquet = await downloadAudit(log, SYSTEM_ACTOR, { format: 'parquet', action: 'pipeline.' });
  const bytes = await buffer(parquet.body);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file, compressors });
  expect(rows).toHaveLength(2501);
  expect(rows[0]).toMatchObject({ action: 'pipeline.start', refused: false, detail: '{"note":"ü"}', address: null });
  expect(rows[0]?.at).toBeInstanceOf(Date);
  expect(await listAudit(log, SYSTEM_ACTOR, { action: 'audit.download' })).toMatchObject({
    items: [{ detail: { format: 'parquet' } }, { detail: { format: 'csv', action: 'pipeline.' } }],
  });
  const many = Array.from({ length: 9 }, () => downloadAudit(log, SYSTEM_ACTOR, { format: 'csv' }));
  await expect(Promise.all(many)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

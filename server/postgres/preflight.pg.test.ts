import { expect, test } from 'vitest';
import { openTestDatabase } from '@/db/testing/test-database.ts';
import type { ColumnRules } from '@/server/domain/column-rules.ts';
import { preflight } from './preflight.ts';

const applicationName = 'test preflight';

test('a sound table yields no errors; each defect is named with a remedy', async () => {
  await using db = await openTestDatabase();
  await db.query(`
    CREATE TABLE good (id int PRIMARY KEY, v int);
    CREATE TABLE keyless (v int);
    CREATE TABLE full_keyless (v int); ALTER TABLE full_keyless REPLICA IDENTITY FULL;
    CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, v int);
    CREATE UNLOGGED TABLE volatile (id int PRIMARY KEY);
    CREATE VIEW looked_at AS SELECT 1 AS one;
    CREATE TABLE odd (id int PRIMARY KEY, "Id" int, _philotes_op int, n numeric, r int4range,
                      g int GENERATED ALWAYS AS (id * 2) STORED)`);
  const tables = ['good', 'keyless', 'full_keyless', 'deferred', 'volatile', 'looked_at', 'odd', 'absent'].map(
    (table) => ({ schema: 'public', table, mode: 'mirror' as const }),
  );
  const source = { ...db.connection, tls: { mode: 'disable' as const } };
  const findings = await preflight(source, { applicationName, tables });
  const codes = (table: string) =>
    findings
      .filter(({ subject }) => subject === `public.${table}` || subject.startsWith(`public.${table}.`))
      .map(({ code }) => code)
      .toSorted();
  expect(codes('good')).toEqual([]);
  expect(codes('keyless')).toEqual(['no_replica_identity']);
  expect(codes('full_keyless')).toEqual(['no_key']);
  expect(codes('deferred')).toContain('deferrable_key');
  expect(codes('volatile')).toEqual(['not_publishable']);
  expect(codes('looked_at')).toEqual(['not_publishable']);
  expect(codes('absent')).toEqual(['table_missing']);
  expect(codes('odd')).toEqual(
    ['column_renamed', 'column_renamed', 'generated_column', 'kept_as_text', 'numeric_as_text'].toSorted(),
  );
  // What updates leave out matters to a changelog; a mirror completes it, and nobody should pay WAL for it.
  const wide = { schema: 'public', table: 'odd' };
  const withChangelog = await preflight(source, { applicationName, tables: [{ ...wide, mode: 'both' }] });
  expect(withChangelog.map(({ code }) => code)).toContain('unchanged_values');
  const keyless = (mode: 'mirror' | 'changelog') => ({ schema: 'public', table: 'keyless', mode });
  expect(findings.find(({ code }) => code === 'no_replica_identity')?.remedy).toMatch(/changelog mode/);
  const [asChangelog] = (await preflight(source, { applicationName, tables: [keyless('changelog')] })).filter(
    ({ code }) => code === 'no_replica_identity',
  );
  expect(asChangelog?.remedy).toMatch(/or ALTER TABLE \.\.\. REPLICA IDENTITY FULL/);
  expect(findings.filter(({ severity, subject }) => severity === 'error' && subject.startsWith('public.odd'))).toEqual(
    [],
  );
  expect(findings.filter(({ severity, subject }) => severity === 'error' && !subject.startsWith('public.'))).toEqual(
    [],
  );
  expect(findings.every(({ message, remedy }) => message !== '' && remedy !== '')).toBe(true);
});

test('columns are judged as they will be written: under their names in the lake, and without those that are left out', async () => {
  await using db = await openTestDatabase();
  await db.query('CREATE TABLE odd (id int PRIMARY KEY, "Id" int, _philotes_op int, n numeric)');
  const source = { ...db.connection, tls: { mode: 'disable' as const } };
  const judged = async (columns: ColumnRules['columns']) => {
    const rules = { columns, otherColumns: 'carry' as const };
    const tables = [{ schema: 'public', table: 'odd', mode: 'both' as const, rules }];
    const findings = await preflight(source, { applicationName, tables });
    return findings
      .filter(({ subject }) => subject.startsWith('public.odd.'))
      .map(({ severity, subject, message }) => `${severity} ${subject}: ${message.split(/[:;]/)[0]}`);
  };
  expect(await judged({})).toEqual([
    'warning public.odd.n: numeric does not fit into decimal(38)',
    'warning public.odd.Id: In the lake it is called Id_2',
    'warning public.odd._philotes_op: In the lake it is called x_philotes_op',
  ]);
  expect(await judged({ _philotes_op: 'exclude', Id: 'exclude', n: 'hash' })).toEqual([]);
});

test('a role without rights is told which ones it lacks, row-level security included (row 48)', async () => {
  await using db = await openTestDatabase();
  const role = `reader_${db.connection.database}`;
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret';
    CREATE TABLE hidden (id int PRIMARY KEY);
    CREATE TABLE guarded (id int PRIMARY KEY); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON guarded TO ${role}`);
  try {
    const tables = ['hidden', 'guarded'].map((table) => ({ schema: 'public', table, mode: 'mirror' as const }));
    const source = { ...db.connection, user: role, password: 'secret', tls: { mode: 'disable' as const } };
    const codes = (await preflight(source, { applicationName, tables })).map(({ code }) => code);
    for (const code of ['no_replication_right', 'no_create_right', 'no_select_right', 'row_security', 'not_owner'])
      expect(codes).toContain(code);
  } finally {
    await db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('a deferrable key alone is no replica identity: once published, the application could not update its rows', async () => {
  await using db = await openTestDatabase();
  await db.query(`
    CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, v int);
    CREATE TABLE deferred_full (id int PRIMARY KEY DEFERRABLE, v int); ALTER TABLE deferred_full REPLICA IDENTITY FULL;
    INSERT INTO deferred VALUES (1, 1); INSERT INTO deferred_full VALUES (1, 1);
    CREATE PUBLICATION everything FOR TABLE deferred, deferred_full`);
  await expect(db.query('UPDATE deferred SET v = 2')).rejects.toThrow(/replica identity/);
  await db.query('UPDATE deferred_full SET v = 2');
  const tables = ['deferred', 'deferred_full'].map((table) => {
    return { schema: 'public', table, mode: 'changelog' as const };
  });
  const findings = await preflight({ ...db.connection, tls: { mode: 'disable' } }, { applicationName, tables });
  const errors = findings.filter(({ severity, subject }) => severity === 'error' && subject.startsWith('public.'));
  expect(errors.map(({ code, subject }) => [code, subject])).toEqual([['no_replica_identity', 'public.deferred']]);
});

for (const encoding of ['LATIN1', 'SQL_ASCII']) {
  test(`a database in ${encoding} is refused before anything is made in it (row 57)`, async () => {
    await using db = await openTestDatabase();
    const database = `${db.connection.database}_${encoding.toLowerCase()}`;
    await db.query(`CREATE DATABASE ${database} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
    try {
      const source = { ...db.connection, database, tls: { mode: 'disable' as const } };
      const findings = await preflight(source, { applicationName, tables: [] });
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([
        expect.objectContaining({ code: 'encoding', message: expect.stringContaining(encoding) }),
      ]);
    } finally {
      await db.query(`DROP DATABASE ${database} WITH (FORCE)`);
    }
  });
}

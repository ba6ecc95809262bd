import { expect, test } from 'vitest';
import { PROVIDERS, setupSql, setupSteps } from './setup-sql.ts';

const wanted = { role: 'Replicator', database: 'shop', schema: 'public' };

test('every service is told what it calls replication, and none is handed superuser', () => {
  for (const provider of PROVIDERS) {
    const sql = setupSql(setupSteps(provider, wanted));
    expect(sql).toContain('GRANT SELECT ON ALL TABLES IN SCHEMA public TO "Replicator"');
    expect(sql).not.toMatch(/SUPERUSER|ALL PRIVILEGES/);
  }
  expect(setupSql(setupSteps('rds', wanted))).toContain('GRANT rds_replication TO "Replicator"');
});

test('what cannot be done by SQL stays in the script as a comment', () => {
  expect(setupSql(setupSteps('neon', wanted))).toMatch(/^-- Let the server write logical changes: Enable/);
});

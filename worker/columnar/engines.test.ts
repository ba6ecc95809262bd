import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Engines } from './engines.ts';

test('a worn engine is followed by another and closed with its last session, which goes on meanwhile', async () => {
  const home = await mkdtemp(join(tmpdir(), 'philotes-engines-'));
  try {
    using engines = await Engines.open({ home, memoryLimitMb: 64, threads: 1, sessionsPerEngine: 2 });
    const long = await engines.connect();
    await long.connection.run('CREATE TEMP TABLE kept AS SELECT 42 AS n');
    (await engines.connect()).close();
    const later = await Promise.all([engines.connect(), engines.connect()]);
    expect(engines.size).toBe(2);
    const rows = (await long.connection.runAndReadAll('SELECT n FROM kept')).getRowObjectsJson();
    expect(rows).toEqual([{ n: 42 }]);
    long.close();
    expect(engines.size).toBe(1);
    for (const { connection, close } of later) {
      await connection.run('SELECT 1');
      close();
    }
    for (let i = 0; i < 10; i++) (await engines.connect()).close();
    expect(engines.size).toBe(1);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

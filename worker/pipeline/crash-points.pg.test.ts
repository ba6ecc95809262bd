import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '@/server/errors/app-error.ts';
import { armFailpoint, FAILPOINTS } from '@/server/platform/failpoint.ts';
import { keepWriting } from '@/worker/testing/keep-writing.ts';
import { openTestInstallation, type TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline } from '@/worker/testing/test-pipeline.ts';
import { openLake } from './lake.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await openTestInstallation();
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
});

const CRASHES = 2;

/** One small transaction after another until disposed: over both tables, with key moves. */
const writeOn = ([a, b]: readonly [string, string]) =>
  keepWriting(installation.source, (n) => {
    const id = 10_000 + n;
    return `begin;
      insert into ${a} values (${id}, 'new', repeat('x', 3000));
      update ${a} set note = note || '.' where id = ${(id * 7) % 3000};
      update ${a} set id = id + 1000000 where id = ${(id * 11) % 3000};
      delete from ${b} where id = ${id % 900};
      insert into ${b} values (${id}, 'b', null) on conflict do nothing;
      commit`;
  });

const cases = [
  // Nothing is replayed, resynced, altered, removed or deleted here.
  ...FAILPOINTS.filter((point) => !/^(filter|range|replay|resync|removal|schema|teardown|source)-/.test(point)).map(
    (point) => ({
      point,
      how: 'crash' as const,
    }),
  ),
  { point: 'commit-answered' as const, how: 'lost answer' as const },
];

test.each(cases)('nothing is lost or doubled by a $how at $point (rows 62, 66, 84, 85)', async ({ point, how }) => {
  const { source, deps } = installation;
  const name = `${point}_${how === 'crash' ? 'c' : 'l'}`.replaceAll('-', '_');
  const tables = [`${name}_a`, `${name}_b`] as const;
  for (const table of tables) {
    await source.query(`create table ${table} (id int primary key, note text, long text)`);
    await source.query(`alter table ${table} alter long set storage external`);
    await source.query(`insert into ${table} select i, 'n' || i, repeat('y', 2500) from generate_series(1, 3000) i`);
    await source.query(`analyze ${table}`);
  }
  const pipeline = await startTestPipeline(installation, {
    name,
    tables: tables.map((table) => ({ table, mirror: true, changelog: true })),
    settings: { batchAgeMsMax: 100 },
  });
  let crashes = 0;
  {
    await using _writer = writeOn(tables);
    for (let worker = 1; worker <= CRASHES; worker++) {
      let isCrashed = false;
      // Points of the stream: let each worker get somewhere before it dies.
      let passes = worker;
      const work = runWork({ ...deps, holder: `${name}.${worker}` });
      const ended: Promise<void>[] = [];
      using _armed = armFailpoint(point, () => {
        if (--passes > 0) return;
        if (how === 'lost answer') {
          if (isCrashed) return;
          isCrashed = true;
          throw new AppError('COMMIT_UNKNOWN', 'the answer was lost');
        }
        isCrashed = true;
        ended.push(Promise.resolve(work[Symbol.asyncDispose]()));
        throw new Error('crash');
      });
      // Points of the copy are passed once or a few times; then there is nothing left to crash.
      let isLiveSince = 0;
      await work
        .until(
          async () => {
            if (!isCrashed) await pipeline.assertSound();
            if (await pipeline.isLive()) isLiveSince ||= performance.now();
            return isCrashed || (isLiveSince > 0 && performance.now() - isLiveSince > 3_000);
          },
          { what: `a crash at ${point}` },
        )
        .catch((error: unknown) => {
          if (!isCrashed) throw error;
        });
      if (isCrashed) crashes++;
      await Promise.all([...ended, work[Symbol.asyncDispose]()]);
    }
  }
  expect(crashes).toBeGreaterThan(0);
  const end = await pipeline.position();
  await using work = runWork({ ...deps, holder: `${name}.last` });
  await work.until(
    async () => {
      await pipeline.assertSound();
      return pipeline.isAt(end);
    },
    { what: 'the lake has caught up' },
  );
  for (const table of tables) {
    const { mirror, changelog } = await pipeline.compare(table, ['id']);
    expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
    expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
  }
  // Also what landed in an attempt that did not live to say so is in the history, once.
  const told = await toldSnapshots(pipeline.id);
  const made = await Promise.all(
    tables.flatMap((table) => [table, `${table}_changelog`]).map((table) => batchSnapshots(name, table)),
  );
  expect(told).toEqual(made.flat().sort());
});

async function toldSnapshots(pipelineId: string): Promise<string[]> {
  const { rows } = await installation.database.pool.query<{ snapshot: string }>(
    `select snapshot_id::text as snapshot from lake_commit join pipeline_table on pipeline_table.id = pipeline_table_id
      where pipeline_id = $1 and kind <> 'compaction'`,
    [pipelineId],
  );
  return rows.map(({ snapshot }) => snapshot).sort();
}

/** Of each batch the first: merging files leaves the marker as it was. */
async function batchSnapshots(namespace: string, name: string): Promise<string[]> {
  const lake = await openLake(installation.deps, {
    destinationId: installation.destinationId,
    signal: new AbortController().signal,
  });
  const { metadata } = await lake.catalog.loadTable({ namespace: [namespace], name });
  const first = new Map<string, bigint>();
  for (const { summary, 'snapshot-id': id } of metadata.snapshots) {
    const batch = summary['philotes.batch-id'];
    if (batch !== undefined && !first.has(batch)) first.set(batch, id);
  }
  return [...first.values()].map(String);
}

import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { type Comparison, compareChangelog, compareMirror } from '@/test/compare/compare-table.ts';
import type { TestInstallation } from './open-test-installation.ts';
import type { RunningWork } from './run-work.ts';

type TestTable = { readonly table: string; readonly mirror: boolean; readonly changelog: boolean };

export type TestPipeline = {
  readonly id: string;
  /** Throws when the pipeline or a table of it stands still. */
  assertSound(): Promise<void>;
  isLive(): Promise<boolean>;
  /** All tables live, and the lake at `lsn` or later. */
  isAt(lsn: string): Promise<boolean>;
  /** The source's present write position. */
  position(): Promise<string>;
  /** Resolves when the lake holds everything that is in the source now; rejects when something stands still meanwhile. */
  caughtUp(work: Pick<RunningWork, 'until'>, options?: { withinMs?: number; what?: string }): Promise<void>;
  /** Mirror and changelog of a table against the source. */
  compare(table: string, key: readonly string[]): Promise<{ mirror: Comparison; changelog: Comparison }>;
  compareMirror(table: string): Promise<Comparison>;
};

/** Makes and starts a pipeline over tables of the installation's source. Running it is up to the test. */
export async function startTestPipeline(
  installation: TestInstallation,
  options: { name: string; tables: readonly TestTable[]; settings?: Record<string, number> },
): Promise<TestPipeline> {
  const { control, sourceId, destinationId, source, database } = installation;
  const { name, tables, settings = {} } = options;
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name,
    sourceId,
    destinationId,
    namespace: name,
    tables: tables.map((table) => ({ schema: 'public', ...table })),
    settings: { batchAgeMsMax: 200, copyChunkRows: 1000, ...settings },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  const placeOf = (table: string) => ({
    sourceUrl: source.url,
    sourceSchema: 'public',
    sourceTable: table,
    catalogUrl: installation.catalogUrl,
    token: installation.token,
    warehouse: 'lake',
    namespace: name,
  });
  const mirrorOf = (table: string) => compareMirror({ ...placeOf(table), lakeTable: table });
  const pipeline: TestPipeline = {
    id,
    async assertSound() {
      const { rows } = await database.pool.query<{ what: string; error_code: string; error_message: string }>(
        `select 'pipeline' as what, error_code, error_message from pipeline where id = $1 and state = 'needs_attention'
         union all
         select source_table, error_code, error_message from pipeline_table
          where pipeline_id = $1 and state = 'needs_attention'`,
        [id],
      );
      const [row] = rows;
      if (row) throw new Error(`${row.what} stands still: ${row.error_code} ${row.error_message}`);
    },
    async isLive() {
      const { rows } = await database.pool.query<{ live: boolean }>(
        `select coalesce(bool_and(state = 'live'), false) as live from pipeline_table where pipeline_id = $1`,
        [id],
      );
      return rows[0]?.live ?? false;
    },
    async isAt(lsn) {
      const { rows } = await database.pool.query<{ done: boolean }>(
        `select tail_end_lsn >= $2::pg_lsn and committed_seq = tail_seq
                and not exists (select 1 from pipeline_table where pipeline_id = $1 and state <> 'live') as done
           from position where pipeline_id = $1`,
        [id, lsn],
      );
      return rows[0]?.done ?? false;
    },
    async position() {
      const [row] = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
      return row?.lsn ?? '';
    },
    async caughtUp(work, { withinMs = 60_000, what = 'the lake has caught up' } = {}) {
      const lsn = await pipeline.position();
      await work.until(
        async () => {
          await pipeline.assertSound();
          return pipeline.isAt(lsn);
        },
        { withinMs, what },
      );
    },
    async compare(table, key) {
      const changelog = await compareChangelog({ ...placeOf(table), lakeTable: `${table}_changelog`, key });
      return { mirror: await mirrorOf(table), changelog };
    },
    compareMirror: mirrorOf,
  };
  return pipeline;
}

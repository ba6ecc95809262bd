import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import type { CompareOptions } from '@/test/compare/compare-table.ts';
import type { TestInstallation } from '@/worker/testing/open-test-installation.ts';
import { type RunningWork, runWork } from '@/worker/testing/run-work.ts';

type Tables = Parameters<typeof createPipeline>[2]['tables'];

export type Replication = AsyncDisposable & {
  readonly id: string;
  /** Resolves when every table is live. */
  live(): Promise<void>;
  /** Resolves when all that is in the source is in the lake. Tables in `parked` may stand still. */
  caughtUp(options?: { parked?: number }): Promise<void>;
  until: RunningWork['until'];
  /** Stops all work, as a shutdown does, for the length of a change. */
  restarted(change: () => Promise<void>): Promise<void>;
};

/** Creates, starts and runs a pipeline over tables of the installation's source. Its namespace is its name. */
export async function replicate(
  installation: TestInstallation,
  { name, tables }: { name: string; tables: Tables },
): Promise<Replication> {
  const { source, control, sourceId, destinationId, database } = installation;
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name,
    sourceId,
    destinationId,
    namespace: name,
    tables,
    settings: { batchAgeMsMax: 200 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  let work = runWork(installation.deps);
  const standing = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ what: string; code: string; message: string; parked: boolean }>(
      `select 'pipeline' as what, error_code as code, error_message as message, false as parked
         from pipeline where id = $1 and state = 'needs_attention'
       union all
       select source_table, error_code, error_message, true from pipeline_table
        where pipeline_id = $1 and state = 'needs_attention'`,
      [id],
    );
    return rows.length;
  };
  const problems = async () => {
    const { rows } = await database.pool.query<{ text: string }>(
      `select source_table || ': ' || coalesce(error_code, state) || ' ' || coalesce(error_message, '') as text
         from pipeline_table where pipeline_id = $1 and state <> 'live'
       union all select error_code || ' ' || error_message from pipeline where id = $1 and error_code is not null`,
      [id],
    );
    return rows.map(({ text }) => text).join('; ');
  };
  const failFast = async (parked: number) => {
    if ((await standing()) > parked) throw new Error(await problems());
  };
  return {
    id,
    until: (condition, options) => work.until(condition, options),
    async restarted(change) {
      await work[Symbol.asyncDispose]();
      await change();
      work = runWork(installation.deps);
    },
    async live() {
      const isLive = async () => {
        await failFast(0);
        const { rowCount } = await database.pool.query(
          `select 1 from pipeline_table where pipeline_id = $1 and state <> 'live'`,
          [id],
        );
        return rowCount === 0;
      };
      await work.until(isLive, { what: 'every table is live', withinMs: 110_000 });
    },
    async caughtUp({ parked = 0 } = {}) {
      const [end] = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
      const isDone = async () => {
        await failFast(parked);
        const { rowCount } = await database.pool.query(
          `select 1 from position where pipeline_id = $1 and tail_end_lsn >= $2::pg_lsn and committed_seq = tail_seq`,
          [id, end?.lsn],
        );
        return rowCount === 1;
      };
      await work.until(isDone, { what: 'the lake has caught up', withinMs: 110_000 });
    },
    [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
  };
}

/** Where the comparison finds both sides of a table. */
export const sides = (
  installation: TestInstallation,
  options: { namespace: string; table: string },
): CompareOptions => ({
  sourceUrl: installation.source.url,
  sourceSchema: 'public',
  sourceTable: options.table,
  catalogUrl: installation.catalogUrl,
  token: installation.token,
  warehouse: 'lake',
  namespace: options.namespace,
  lakeTable: options.table,
});

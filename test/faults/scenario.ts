import { expect } from 'vitest';
import { slotName } from '@/server/domain/names.ts';
import { Resources } from '@/server/platform/resources.ts';
import type { WorkerDeps } from '@/worker/runtime/worker-deps.ts';
import {
  openTestInstallation,
  type TestInstallation,
  type TestInstallationOptions,
} from '@/worker/testing/open-test-installation.ts';
import { type RunningWork, runWork } from '@/worker/testing/run-work.ts';
import { startTestPipeline, type TestPipeline } from '@/worker/testing/test-pipeline.ts';

/** Every scenario replicates one table of this shape, as mirror and as changelog. */
const TABLE = 'account';

export type Scenario = AsyncDisposable & {
  readonly installation: TestInstallation;
  readonly pipeline: TestPipeline;
  /** The replication slot's name. */
  readonly slot: string;
  readonly table: string;
  /** Statements on the source. */
  sql(text: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Starts a worker. `changes` replace parts of what it works with. */
  work(changes?: Partial<WorkerDeps>): RunningWork;
  /** Resolves when everything written so far is in the lake. */
  caughtUp(work: RunningWork): Promise<void>;
  /** The pipeline's state, and its error when it has one. */
  state(): Promise<{ state: string; code: string | null; message: string | null }>;
  /** Resolves when the pipeline shows the code; answers the error. */
  shows(work: RunningWork, code: string): Promise<{ state: string; message: string }>;
  /** No row missing, no row extra, no change twice. */
  assertExact(): Promise<void>;
};

/** An installation with one running pipeline over `account(id, owner, balance, note)` of 500 rows, live before it is handed out. */
export async function openScenario(
  name: string,
  options: TestInstallationOptions & { settings?: Record<string, number>; worker?: Partial<WorkerDeps> } = {},
): Promise<Scenario> {
  const resources = new Resources();
  const { settings = {}, worker = {}, ...rest } = options;
  try {
    const dispose = (resource: AsyncDisposable) => resource[Symbol.asyncDispose]();
    const installation = resources.add(await openTestInstallation(rest), dispose);
    const scenario = await start(installation, { name, settings });
    await using work = scenario.work(worker);
    await work.until(() => scenario.pipeline.isLive(), { what: 'the table is live' });
    return { ...scenario, [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose]() };
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
}

async function start(
  installation: TestInstallation,
  { name, settings }: { name: string; settings: Record<string, number> },
): Promise<Omit<Scenario, keyof AsyncDisposable>> {
  const { source, database, deps } = installation;
  await source.query(`create table ${TABLE} (id int primary key, owner text, balance bigint not null, note text)`);
  await source.query(`insert into ${TABLE} select i, 'owner ' || i, 1000, 'n' from generate_series(1, 500) i`);
  const pipeline = await startTestPipeline(installation, {
    name,
    tables: [{ table: TABLE, mirror: true, changelog: true }],
    settings: { batchAgeMsMax: 100, ...settings },
  });
  const state = async () => {
    const { rows } = await database.pool.query<{ state: string; code: string | null; message: string | null }>(
      'select state, error_code as code, error_message as message from pipeline where id = $1',
      [pipeline.id],
    );
    return rows[0] ?? { state: 'gone', code: null, message: null };
  };
  let workers = 0;
  return {
    installation,
    pipeline,
    slot: slotName(pipeline.id),
    table: TABLE,
    sql: (text, params) => source.query(text, params),
    work: (changes = {}) => runWork({ ...deps, holder: `${name}.${++workers}`, ...changes }),
    async caughtUp(work) {
      await pipeline.caughtUp(work);
    },
    state,
    async shows(work, code) {
      await work.until(async () => (await state()).code === code, { what: `the pipeline shows ${code}` });
      const { state: shown, message } = await state();
      return { state: shown, message: message ?? '' };
    },
    async assertExact() {
      const { mirror, changelog } = await pipeline.compare(TABLE, ['id']);
      expect(mirror).toMatchObject({ missing: 0, extra: 0, equal: true });
      expect(changelog).toMatchObject({ missing: 0, extra: 0, duplicates: 0, equal: true });
    },
  };
}

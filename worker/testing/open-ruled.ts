import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import type { CreatePipeline } from '@/server/pipelines/pipeline-input.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { readLake } from '@/test/compare/read-lake.ts';
import { loadTable } from '@/test/compare/rest-catalog.ts';
import { maskSalt } from '@/worker/pipeline/mask-salt.ts';
import type { TestInstallation } from './open-test-installation.ts';
import { runWork } from './run-work.ts';
import { testTables } from './test-tables.ts';

type Table = Partial<
  Pick<
    CreatePipeline['tables'][number],
    'columns' | 'otherColumns' | 'where' | 'mirror' | 'changelog' | 'onDelete' | 'policies'
  >
>;

/** A started pipeline `p` whose tables have rules of their own, and a worker for it. */
export async function openRuled(installation: TestInstallation, tables: Readonly<Record<string, Table>>) {
  const { source, control, sourceId, destinationId, database, catalogUrl, token } = installation;
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name: 'p',
    sourceId,
    destinationId,
    namespace: 'p',
    tables: Object.entries(tables).map(([table, rules]) => ({ schema: 'public', table, ...rules })),
    settings: { batchAgeMsMax: 100, copyChunkRows: 1_000 },
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  const work = runWork(installation.deps);
  const lake = async (name: string) => {
    const table = await loadTable({ catalogUrl, token, warehouse: 'lake', namespace: 'p', table: name });
    const names = table.fields.map((field) => field.name);
    const rows: Record<string, unknown>[] = [];
    for await (const group of readLake(table)) {
      for (const row of group) rows.push(Object.fromEntries(names.map((column, at) => [column, row[at]])));
    }
    return rows.sort((a, b) => Number(a.id) - Number(b.id));
  };
  return {
    id,
    work,
    lake,
    tables: testTables({ database }, id),
    salt: await maskSalt(installation.deps, id),
    isLive: async () => {
      const { rows } = await database.pool.query<{ live: boolean; stuck: string | null }>(
        `select bool_and(state = 'live') as live, max(error_code || ': ' || error_message) as stuck from pipeline_table
          where pipeline_id = $1`,
        [id],
      );
      if (rows[0]?.stuck) throw new Error(rows[0].stuck);
      return rows[0]?.live === true;
    },
    async caughtUp() {
      const [row] = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
      await work.until(
        async () => {
          const { rows } = await database.pool.query<{ done: boolean }>(
            `select tail_end_lsn >= $2::pg_lsn and committed_seq = tail_seq
                    and not exists (select 1 from pipeline_table where pipeline_id = $1 and state <> 'live') as done
               from position where pipeline_id = $1`,
            [id, row?.lsn],
          );
          return rows[0]?.done ?? false;
        },
        { what: 'the lake has caught up' },
      );
    },
    /** Whether a text stands anywhere in our database: in segments, spills, dead letters or settings. */
    async leaks(secret: string) {
      const { rows } = await database.pool.query<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
      );
      const found: string[] = [];
      for (const { name } of rows) {
        const hits = await database.pool.query(
          `select 1 from "${name}" as t where t::text like '%' || $1 || '%' or t::text like '%' || encode($1::bytea, 'hex') || '%' limit 1`,
          [secret],
        );
        if (hits.rowCount) found.push(name);
      }
      return found;
    },
    [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
  };
}

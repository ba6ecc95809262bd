import type { TestInstallation } from './open-test-installation.ts';

/** Looks into a pipeline's tables, by the name that the source gives them. */
export function testTables({ database }: Pick<TestInstallation, 'database'>, pipelineId: string) {
  const row = async (table: string) => {
    const { rows } = await database.pool.query<{
      id: string;
      state: string;
      generation: number;
      error_code: string | null;
    }>('select id, state, generation, error_code from pipeline_table where pipeline_id = $1 and source_table = $2', [
      pipelineId,
      table,
    ]);
    return rows[0];
  };
  return {
    async key(table: string): Promise<{ pipelineId: string; tableId: number }> {
      return { pipelineId, tableId: Number((await row(table))?.id) };
    },
    row,
    stateIs: (table: string, state: string) => async (): Promise<boolean> => (await row(table))?.state === state,
    /** Iceberg commits by what made them. */
    async commits(table: string): Promise<{ mode: string; kind: string; snapshotId: string }[]> {
      const { rows } = await database.pool.query<{ mode: string; kind: string; snapshotId: string }>(
        `select mode, kind, snapshot_id as "snapshotId" from lake_commit
           join pipeline_table on pipeline_table.id = pipeline_table_id
          where pipeline_id = $1 and source_table = $2 order by lake_commit.id`,
        [pipelineId, table],
      );
      return rows;
    },
  };
}

import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import type { RowFilter } from '@/server/domain/row-filter.ts';
import { getVerification } from '@/server/verifications/get-verification.ts';
import { startVerification } from '@/server/verifications/start-verification.ts';
import type { openRuled } from './open-ruled.ts';
import type { TestInstallation } from './open-test-installation.ts';

type Condition = RowFilter[number];
type Ruled = Awaited<ReturnType<typeof openRuled>>;

export const only = (...conditions: readonly [string, Condition['operator'], string | null][]): Condition[] =>
  conditions.map(([column, operator, value]) => ({ column, operator, value }));

/** What a verification says of a table that is as its source. */
export const CLEAN = { state: 'done', missing: 0, extra: 0, different: 0 };

/** Looks at tables of which only some rows are carried. */
export const filteredTables = ({ source, database, control }: TestInstallation) => ({
  /** The lake's rows and the source's, of the same columns. */
  async bothOf(ruled: Ruled, options: { table: string; columns: readonly string[]; where: string }) {
    const { table, columns, where } = options;
    const lake = (await ruled.lake(table)).map((row) => columns.map((column) => row[column] ?? null));
    const rows = await source.query<Record<string, unknown>>(
      `select ${columns.join(', ')} from ${table} where ${where} order by id`,
    );
    return { lake, source: rows.map((row) => columns.map((column) => row[column] ?? null)) };
  },
  /** Also where something was parked before. */
  async isLiveAgain(): Promise<boolean> {
    const { rows } = await database.pool.query<{ live: boolean }>(
      `select bool_and(state = 'live') as live from pipeline_table`,
    );
    return rows[0]?.live === true;
  },
  async verified({ tables, work }: Pick<Ruled, 'tables' | 'work'>, table: string) {
    const key = await tables.key(table);
    const { id } = await startVerification(control, SYSTEM_ACTOR, key);
    const look = () => getVerification(control, SYSTEM_ACTOR, { ...key, verificationId: id });
    await work.until(async () => !['waiting', 'running'].includes((await look()).state), { what: 'it is verified' });
    return look();
  },
});

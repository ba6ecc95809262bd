import { and, asc, ne, type SQL } from 'drizzle-orm';
import type { Database } from '@/db/client.ts';
import { pipeline } from '@/db/schema/definitions.ts';

const NAMED = 5;

/** Names of the first few pipelines that meet a condition, for a message; empty when there is none. */
export async function namesOfUsers({ db }: Pick<Database, 'db'>, condition: SQL): Promise<string> {
  const rows = await db
    .select({ name: pipeline.name })
    .from(pipeline)
    .where(and(condition, ne(pipeline.desiredState, 'deleted')))
    .orderBy(asc(pipeline.name))
    .limit(NAMED + 1);
  const names = rows.slice(0, NAMED).map(({ name }) => name);
  return [...names, ...(rows.length > NAMED ? ['and more'] : [])].join(', ');
}

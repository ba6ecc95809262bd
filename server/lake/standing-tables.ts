import { eq, inArray, sql } from 'drizzle-orm';
import * as z from 'zod';
import { pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { type AskDeps, hearAnswer, KEPT_S } from '@/server/inquiries/ask-worker.ts';
import { storeInquiry } from '@/server/inquiries/store-inquiry.ts';

/** A lake table that is there already. */
export type StandingTable = {
  readonly name: string;
  /** `<pipeline id>/<id of the pipeline's table>`, of the table that it was made for; null when we did not make it. */
  readonly madeFor: string | null;
  /** That table, in words, while its pipeline has it. */
  readonly writer: string | null;
};

/** What a worker answers. */
export const standingAnswer = z.array(z.object({ name: z.string(), madeFor: z.string().nullable() }));

type Asked = { readonly destinationId: string; readonly namespace: string; readonly names: readonly string[] };

/** A worker that is there takes a question within a second; nobody waits long for one that is not. */
const TAKEN_WITHIN_MS = 2_000;
const ANSWER_MS_MAX = 10_000;

/** Which of these lake tables are there already, and whose they are. Throws what its catalog throws, or WORKER_SILENT. */
export async function standingTables(
  deps: AskDeps,
  actor: Actor,
  { destinationId, namespace, names }: Asked,
): Promise<StandingTable[]> {
  if (names.length === 0) return [];
  const { db } = deps.database;
  const question = { ask: 'standing' as const, namespace, tables: [...names] };
  const stored = { kind: 'lake', destinationId, question } as const;
  const { id } = await storeInquiry(db, { sealer: deps.sealer, actor, question: stored, keepS: KEPT_S });
  const how = { id, withinMs: ANSWER_MS_MAX, takenWithinMs: TAKEN_WITHIN_MS };
  const found = standingAnswer.parse(await hearAnswer(deps, how));
  const owners = found.flatMap(({ madeFor }) => (madeFor === null ? [] : [madeFor]));
  const key = sql<string>`${pipelineTable.pipelineId} || '/' || ${pipelineTable.id}`;
  const writers = await db
    .select({
      key,
      text: sql<string>`${pipelineTable.sourceSchema} || '.' || ${pipelineTable.sourceTable} || ' of pipeline ' || ${pipeline.name}`,
    })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(inArray(key, owners));
  const byKey = new Map(writers.map((writer) => [writer.key, writer.text]));
  return found.map((table) => ({ ...table, writer: byKey.get(table.madeFor ?? '') ?? null }));
}

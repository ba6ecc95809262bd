import type * as z from 'zod';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, hearAnswer, KEPT_S } from '@/server/inquiries/ask-worker.ts';
import { storeInquiry } from '@/server/inquiries/store-inquiry.ts';
import { lakeTableInput } from './lake-input.ts';
import { requireDestination } from './owners.ts';

/**
 * Drops a lake table with its files that a pipeline left behind, also when another table is to be written under its name and
 * waits for that: a worker judges by whom the lake table was made for. Throws CONFLICT for one that a pipeline writes to, that somebody
 * else made, or that another installation made; LAKE_TABLE_MISSING, or what its catalog throws.
 */
export async function dropLakeTable(deps: AskDeps, actor: Actor, input: z.input<typeof lakeTableInput>): Promise<void> {
  const { database, sealer } = deps;
  const change = { actor, scope: 'catalog:write', action: 'lake-table.drop' } as const;
  const { id } = await audited(database, change, async (tx) => {
    const { destinationId, namespace, table } = parseInput(lakeTableInput, input);
    await requireDestination(deps, destinationId);
    const name = `${namespace}.${table}`;
    const question = { kind: 'lake', destinationId, question: { ask: 'drop', namespace, table } } as const;
    const stored = await storeInquiry(tx, { sealer, actor, question, keepS: KEPT_S });
    return { result: stored, subject: destinationId, detail: { lakeTable: name } };
  });
  await hearAnswer(deps, { id });
}

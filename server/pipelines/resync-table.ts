import { eq, sql } from 'drizzle-orm';
import type * as z from 'zod';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type CarriedOut, carriedOut, lockTable } from './lock-table.ts';
import { refuseUnfitPart } from './refuse-unfit-part.ts';
import { requestPart } from './request-part.ts';
import { resyncTableInput } from './resync-part-input.ts';

/**
 * Has a table copied anew, from any state. Its lake tables stay readable as they are until one commit replaces their content;
 * a changelog keeps its history, followed by a truncate row and the rows of the copy. The other tables go on. Rows that a
 * mirror has kept after their delete go: the copy shows what the source has.
 *
 * With bounds or conditions only that part of a live table is read again, and one commit puts it in place, joined with the
 * stream. The changelog keeps all its history and gets the rows as `r`. Throws CONFLICT for a table that is not live, and
 * INVALID_INPUT for what is no part of it.
 */
export async function resyncTable(
  deps: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
  input: z.input<typeof resyncTableInput>,
): Promise<{ carriedOut: CarriedOut }> {
  const change = { actor, scope: 'pipeline:operate', action: 'table.resync' } as const;
  if (actor.scopes.has('pipeline:operate')) {
    const { pipelineId, tableId, ...part } = parseInput(resyncTableInput, input);
    await refuseUnfitPart(deps, { pipelineId, tableId }, part);
  }
  return audited(deps.database, change, async (tx) => {
    const { from, to, where, ...key } = parseInput(resyncTableInput, input);
    const { pipeline, table, name } = await lockTable(tx, key);
    const isPart = from !== undefined || to !== undefined || (where?.length ?? 0) > 0;
    if (isPart) {
      const ranges = [{ lower: from ?? null, upper: to ?? null }];
      await requestPart(tx, { table, name, scope: { ranges, where: where ?? [] } });
      const detail = { table: name, from: table.state, isPart, columns: where?.map(({ column }) => column) ?? [] };
      return { result: { carriedOut: carriedOut(pipeline) }, subject: pipeline.id, detail };
    }
    const { mirror, changelog, policies, onDelete, onTruncate } = table;
    await tx
      .update(pipelineTable)
      .set({
        // A shape that was asked for before is kept; a part is in the whole.
        requested:
          table.requested?.kind === 'resync'
            ? table.requested
            : { kind: 'resync', mirror, changelog, policies, onDelete, onTruncate },
        version: sql`${pipelineTable.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(pipelineTable.id, table.id));
    return {
      result: { carriedOut: carriedOut(pipeline) },
      subject: pipeline.id,
      detail: { table: name, from: table.state },
    };
  });
}

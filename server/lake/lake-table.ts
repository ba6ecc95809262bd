import type * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import { OWNER_PROPERTY } from '@/server/domain/lake-table.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, askWorker } from '@/server/inquiries/ask-worker.ts';
import { lakeTableInput } from './lake-input.ts';
import { DescribedTable, type LakeTable } from './lake-view.ts';
import { lakeOwners, requireDestination } from './owners.ts';

/** A lake table as its metadata describe it. Throws LAKE_TABLE_MISSING, or what its catalog and storage throw. */
export async function lakeTable(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof lakeTableInput>,
): Promise<LakeTable> {
  authorize(actor, 'catalog:read');
  const { destinationId, namespace, table } = parseInput(lakeTableInput, input);
  await requireDestination(deps, destinationId);
  const question = { ask: 'table' as const, namespace, table };
  const described = DescribedTable.parse(await askWorker(deps, actor, { kind: 'lake', destinationId, question }));
  const owners = await lakeOwners(deps, { destinationId, namespace });
  const named = owners.get(`${namespace}.${table}`);
  // One that waits for the name, which a table of an earlier life still has, does not write to it.
  const madeFor = described.properties[OWNER_PROPERTY];
  const owner = named && madeFor === `${named.pipelineId}/${named.tableId}` ? named : null;
  return { namespace, name: table, owner, ...described };
}

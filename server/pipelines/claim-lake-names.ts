import { and, eq, ne, sql } from 'drizzle-orm';
import { destination, pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { lakeNamesOf, nameClashes, withRequestedModes } from './lake-names.ts';
import type { NamedTable } from './pipeline-input.ts';

type Place = {
  readonly destinationId: string;
  readonly namespace: string;
  /** The pipeline that claims; its own present tables do not stand in its way. */
  readonly pipelineId: string | null;
};
type Claim = Place & { readonly tables: readonly NamedTable[] };

/**
 * Makes sure that every lake table has one writer: names are compared in lower case, changelogs included, among the
 * claimed tables and against other pipelines of the same destination. The destination's row is locked, so that two
 * claims cannot pass each other. Throws NOT_FOUND, INVALID_INPUT or NAME_TAKEN.
 */
export async function claimLakeNames(tx: Transaction, claim: Claim): Promise<void> {
  const { destinationId, namespace, tables } = claim;
  const [found] = await tx
    .select({ id: destination.id })
    .from(destination)
    .where(eq(destination.id, destinationId))
    .for('update');
  if (!found) throw fieldError('NOT_FOUND', 'destinationId', `there is no destination ${destinationId}`);
  refuseRepeats(tables);
  const taken = await takenNames(tx, claim);
  for (const [index, table] of tables.entries()) {
    const name = lakeNamesOf(table).find((one) => taken.has(one));
    if (name === undefined) continue;
    const reason = `pipeline ${taken.get(name)} writes ${namespace}.${name}; choose another lakeName or namespace`;
    throw fieldError('NAME_TAKEN', `tables[${index}].lakeName`, reason);
  }
}

/** The lake tables in a namespace that other pipelines write, in lower case, with the pipelines' names. */
export async function takenNames(
  tx: Transaction | ControlDeps['database']['db'],
  { destinationId, namespace, pipelineId }: Place,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx
    .select({
      owner: pipeline.name,
      lakeName: pipelineTable.lakeName,
      mirror: pipelineTable.mirror,
      changelog: pipelineTable.changelog,
      requested: pipelineTable.requested,
    })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(
      and(
        eq(pipeline.destinationId, destinationId),
        sql`lower(${pipeline.namespace}) = lower(${namespace})`,
        pipelineId === null ? undefined : ne(pipeline.id, pipelineId),
      ),
    );
  return new Map(
    rows.flatMap(({ owner, ...table }) => lakeNamesOf(withRequestedModes(table)).map((name) => [name, owner] as const)),
  );
}

function refuseRepeats(tables: readonly NamedTable[]): void {
  const sources = new Set<string>();
  for (const [index, table] of tables.entries()) {
    const key = JSON.stringify([table.schema, table.table]);
    if (sources.has(key)) {
      throw fieldError('INVALID_INPUT', `tables[${index}]`, `${table.schema}.${table.table} is listed twice`);
    }
    sources.add(key);
  }
  const [clash] = nameClashes(tables);
  if (!clash) return;
  const reason = `${clash.name} is the name of ${clash.of} already, and names are compared without case; give one another lakeName`;
  throw fieldError('INVALID_INPUT', `tables[${clash.index}].lakeName`, reason);
}

import { and, eq, ne, sql } from 'drizzle-orm';
import { destination, pipeline, pipelineTable } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { changelogName } from '@/server/domain/names.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import type { NamedTable } from './pipeline-input.ts';

type Claim = {
  readonly destinationId: string;
  readonly namespace: string;
  /** The pipeline that claims; its own present tables do not stand in its way. */
  readonly pipelineId: string;
  readonly tables: readonly NamedTable[];
};

/**
 * Makes sure that every lake table has one writer: names are compared in lower case, changelogs included, among the
 * claimed tables and against other pipelines of the same destination. The destination's row is locked, so that two
 * claims cannot pass each other. Throws NOT_FOUND, INVALID_INPUT or NAME_TAKEN.
 */
export async function claimLakeNames(tx: Transaction, claim: Claim): Promise<void> {
  const { destinationId, namespace, pipelineId } = claim;
  const [found] = await tx
    .select({ id: destination.id })
    .from(destination)
    .where(eq(destination.id, destinationId))
    .for('update');
  if (!found) throw fieldError('NOT_FOUND', 'destinationId', `there is no destination ${destinationId}`);
  const wanted = refuseRepeats(claim.tables);
  const taken = await tx
    .select({
      owner: pipeline.name,
      lakeName: pipelineTable.lakeName,
      mirror: pipelineTable.mirror,
      changelog: pipelineTable.changelog,
    })
    .from(pipelineTable)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTable.pipelineId))
    .where(
      and(
        eq(pipeline.destinationId, destinationId),
        sql`lower(${pipeline.namespace}) = lower(${namespace})`,
        ne(pipeline.id, pipelineId),
      ),
    );
  for (const other of taken) {
    const name = lakeNamesOf(other).find((one) => wanted.has(one));
    if (name === undefined) continue;
    const reason = `pipeline ${other.owner} writes ${namespace}.${name}; choose another lakeName or namespace`;
    throw fieldError('NAME_TAKEN', 'tables', reason);
  }
}

function refuseRepeats(tables: readonly NamedTable[]): Set<string> {
  const names = new Set<string>();
  const sources = new Set<string>();
  for (const [index, table] of tables.entries()) {
    const key = JSON.stringify([table.schema, table.table]);
    if (sources.has(key)) {
      throw fieldError('INVALID_INPUT', `tables[${index}]`, `${table.schema}.${table.table} is listed twice`);
    }
    sources.add(key);
    for (const name of lakeNamesOf(table)) {
      if (names.has(name)) {
        throw fieldError('INVALID_INPUT', `tables[${index}].lakeName`, `${name} is used twice; give one another name`);
      }
      names.add(name);
    }
  }
  return names;
}

/** The lake tables that a table has, in lower case. */
export const lakeNamesOf = (table: Pick<NamedTable, 'lakeName' | 'mirror' | 'changelog'>): string[] => {
  const name = table.lakeName.toLowerCase();
  return [...(table.mirror ? [name] : []), ...(table.changelog ? [changelogName(name)] : [])];
};

import { and, eq, ne } from 'drizzle-orm';
import { pipelineTable } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { claimLakeNames, lakeNamesOf } from './claim-lake-names.ts';
import type { LockedPipeline } from './lock-pipeline.ts';
import type { NamedTable } from './pipeline-input.ts';

type Claim = {
  readonly pipeline: Pick<LockedPipeline, 'id' | 'destinationId' | 'namespace'>;
  readonly tables: readonly NamedTable[];
  /** A present table of the pipeline that one of `tables` takes the place of. */
  readonly except?: number;
};

/** Claims lake names for tables beside those that the pipeline has. Throws NOT_FOUND, INVALID_INPUT, CONFLICT or NAME_TAKEN. */
export async function claimMoreNames(tx: Transaction, { pipeline, tables, except }: Claim): Promise<void> {
  const { id, destinationId, namespace } = pipeline;
  await claimLakeNames(tx, { destinationId, namespace, pipelineId: id, tables });
  const present = await tx
    .select({
      schema: pipelineTable.sourceSchema,
      table: pipelineTable.sourceTable,
      lakeName: pipelineTable.lakeName,
      mirror: pipelineTable.mirror,
      changelog: pipelineTable.changelog,
    })
    .from(pipelineTable)
    .where(and(eq(pipelineTable.pipelineId, id), except === undefined ? undefined : ne(pipelineTable.id, except)));
  const sources = new Set(present.map(({ schema, table }) => JSON.stringify([schema, table])));
  const names = new Set(present.flatMap(lakeNamesOf));
  // Its name is the table's for good, whatever modes it has now.
  for (const { lakeName } of present) names.add(lakeName.toLowerCase());
  for (const [index, table] of tables.entries()) {
    if (sources.has(JSON.stringify([table.schema, table.table]))) {
      const reason = `${table.schema}.${table.table} is in the pipeline already`;
      throw fieldError('CONFLICT', `tables[${index}]`, reason);
    }
    for (const name of lakeNamesOf(table)) {
      if (!names.has(name)) continue;
      const reason = `another table of the pipeline writes ${namespace}.${name}; choose another lakeName`;
      throw fieldError('NAME_TAKEN', `tables[${index}].lakeName`, reason);
    }
  }
}

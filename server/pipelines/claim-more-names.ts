import { and, eq, ne } from 'drizzle-orm';
import { pipelineTable } from '@/db/schema/definitions.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { claimLakeNames } from './claim-lake-names.ts';
import { nameClashes, withRequestedModes } from './lake-names.ts';
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
      requested: pipelineTable.requested,
    })
    .from(pipelineTable)
    .where(and(eq(pipelineTable.pipelineId, id), except === undefined ? undefined : ne(pipelineTable.id, except)));
  const sources = new Set(present.map(({ schema, table }) => JSON.stringify([schema, table])));
  for (const [index, table] of tables.entries()) {
    if (!sources.has(JSON.stringify([table.schema, table.table]))) continue;
    throw fieldError('CONFLICT', `tables[${index}]`, `${table.schema}.${table.table} is in the pipeline already`);
  }
  const clashes = nameClashes([...present.map(withRequestedModes), ...tables]);
  const clash = clashes.find(({ index }) => index >= present.length);
  if (!clash) return;
  const reason = `${namespace}.${clash.name} is the name of ${clash.of}, another table of the pipeline; choose another lakeName`;
  throw fieldError('NAME_TAKEN', `tables[${clash.index - present.length}].lakeName`, reason);
}

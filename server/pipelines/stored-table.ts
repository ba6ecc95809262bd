import type { pipelineTable } from '@/db/schema/definitions.ts';
import type { NewTable } from './pipeline-input.ts';

/** A table's definition as its row holds it. */
export const storedTable = ({
  schema,
  table,
  columns,
  where,
  ...rest
}: NewTable): Omit<typeof pipelineTable.$inferInsert, 'pipelineId'> => ({
  ...rest,
  sourceSchema: schema,
  sourceTable: table,
  columnRules: columns,
  rowFilter: where,
});

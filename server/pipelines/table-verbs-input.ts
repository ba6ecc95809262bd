import * as z from 'zod';
import { resourceId, versionInput } from '@/server/platform/resource-id.ts';
import { tableKey } from './lock-table.ts';
import { columnRules, effectPolicy, otherColumns, schemaPolicy, tableInput, valuePolicies } from './pipeline-input.ts';
import { rowFilter } from './row-filter-input.ts';

export const addTablesInput = z.strictObject({
  pipelineId: resourceId,
  tables: z.array(tableInput).min(1, 'name at least one table').max(500),
});

export const removeTableInput = z.strictObject({
  ...tableKey.shape,
  version: versionInput,
  /** Also drop the table's lake tables with their files. */
  dropLakeTables: z.boolean().default(false),
});

/** Fields left out stay as they are. */
export const setTableInput = z.strictObject({
  ...tableKey.shape,
  version: versionInput,
  mirror: z.boolean().optional(),
  changelog: z.boolean().optional(),
  policies: valuePolicies.optional(),
  onDelete: effectPolicy.optional(),
  onTruncate: effectPolicy.optional(),
  /** As a whole: kinds left out are treated as the pipeline says. */
  schemaPolicy: schemaPolicy.optional(),
  /** As a whole. A table that is in the lake is copied again under the new rules. */
  columns: columnRules.optional(),
  otherColumns: otherColumns.optional(),
  /** As a whole; none for all rows. A table that is in the lake is copied again under the new filter. */
  where: rowFilter.optional(),
});

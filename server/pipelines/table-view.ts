import { z } from 'zod';
import { pageOf } from '@/server/paging/page.ts';
import { columnRules, otherColumns } from './pipeline-input.ts';
import { SchemaPolicyView, TableStatus } from './pipeline-view.ts';
import { rowFilter } from './row-filter-input.ts';

const EffectPolicyView = z.enum(['apply', 'soft', 'ignore']);

/** A table of a pipeline: what is wanted of it, and how it is doing. */
export const TableView = TableStatus.extend({
  pipelineId: z.string(),
  schema: z.string(),
  table: z.string(),
  mirror: z.boolean(),
  changelog: z.boolean(),
  policies: z
    .record(z.string(), z.enum(['dead-letter', 'string', 'null']))
    .describe('Column -> what happens to values that its lake type cannot hold, where it is not dead-letter'),
  onDelete: EffectPolicyView.describe('What a delete does to the mirror; soft keeps the row with _philotes_deleted_at'),
  onTruncate: EffectPolicyView.describe('What a truncate does to the mirror'),
  schemaPolicy: SchemaPolicyView.describe(
    'What is done about changes of the columns, where it is not as the pipeline says',
  ),
  columns: columnRules.describe(
    'Column -> carry, exclude, hash (HMAC-SHA-256 under the salt of the pipeline), redact, or the first characters',
  ),
  otherColumns: otherColumns.describe('What becomes of columns without a rule, later ones too'),
  where: rowFilter.describe('Only rows that meet all of these are carried; empty for all'),
  requested: z
    .enum(['resync', 'resync-part', 'remove'])
    .nullable()
    .describe('What was asked for and is still to be carried out; null when nothing is'),
}).meta({ id: 'Table' });
export type TableView = z.output<typeof TableView>;

export const TablePage = pageOf(TableView).meta({ id: 'TablePage' });

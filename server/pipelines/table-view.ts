import * as z from 'zod';
import { pageOf } from '@/server/paging/page.ts';
import { TableStatus, tableWishes } from './pipeline-view.ts';

/** A table of a pipeline: what is wanted of it, and how it is doing. */
export const TableView = TableStatus.extend({
  pipelineId: z.string(),
  schema: z.string(),
  table: z.string(),
  mirror: z.boolean(),
  changelog: z.boolean(),
  ...tableWishes,
  version: z.string(),
}).meta({ id: 'Table' });
export type TableView = z.output<typeof TableView>;

export const TablePage = pageOf(TableView).meta({ id: 'TablePage' });

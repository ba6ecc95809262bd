import * as z from 'zod';
import { carriedOut } from '@/server/api/routers/pipelines/outcomes.ts';

export const CarriedOut = z.object({ carriedOut }).meta({ id: 'CarriedOut' });

export const RemovedTable = z
  .object({
    carriedOut,
    lakeTablesKept: z
      .array(z.string())
      .describe('Lake tables under its names that were not made for it: they stay, although lake tables are dropped'),
  })
  .meta({ id: 'RemovedTable' });

export const ChangedTable = z
  .object({ carriedOut, resync: z.boolean().describe('Whether the table is copied again'), version: z.string() })
  .meta({ id: 'ChangedTable' });

export const DecidedSchemaChanges = z
  .object({
    waiting: z.number().int().describe('Changes of the table that still wait for a decision'),
    state: z.string(),
    resync: z.boolean().describe('Whether the table is copied again'),
    carriedOut,
  })
  .meta({ id: 'DecidedSchemaChanges' });

export const AddedTables = z
  .object({ tables: z.array(z.object({ id: z.number().int(), source: z.string(), lakeName: z.string() })) })
  .meta({ id: 'AddedTables' });

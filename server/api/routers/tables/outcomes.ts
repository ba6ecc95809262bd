import { z } from 'zod';
import { carriedOut } from '@/server/api/routers/pipelines/outcomes.ts';

export const CarriedOut = z.object({ carriedOut }).meta({ id: 'CarriedOut' });

export const ChangedTable = z
  .object({ carriedOut, resync: z.boolean().describe('Whether the table is copied again') })
  .meta({ id: 'ChangedTable' });

export const AddedTables = z
  .object({ tables: z.array(z.object({ id: z.number().int(), source: z.string(), lakeName: z.string() })) })
  .meta({ id: 'AddedTables' });
